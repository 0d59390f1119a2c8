import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVStore;

/**
 * Owns a server that speaks MongoDB's protocol: `MongoServerLauncher PORT [FILE]`. It ends when its standard input does.
 * With a file, an answer to a write leaves only once the write is in it: a kill loses nothing that was acknowledged.
 */
public class MongoServerLauncher {
  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "findandmodify", "createindexes", "create", "drop", "dropdatabase");

  /** What the driver asks of a server that it takes: the default is too old for it. */
  private static final MongoVersion SEVEN = new MongoVersion() {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(7, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 21;
    }
  };

  private static final class DurableBackend extends H2Backend {
    DurableBackend(String file) {
      super(new MVStore.Builder().fileName(file).autoCommitDisabled().open());
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      Document answer = super.handleMessage(message);
      String command = message.getDocument().keySet().iterator().next().toLowerCase();
      if (WRITES.contains(command)) commitSince(getMvStore().getCurrentVersion());
      return answer;
    }

    /** Whoever comes after another's commit has been written by it. */
    private synchronized void commitSince(long version) {
      if (getMvStore().getCurrentVersion() == version) commit();
    }
  }

  public static void main(String[] args) throws Exception {
    MongoBackend backend = (args.length > 1 ? new DurableBackend(args[1]) : H2Backend.inMemory()).version(SEVEN);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    System.out.println("listening on " + server.getLocalAddress().getPort());
    while (System.in.read() >= 0) {}
    server.shutdownNow();
  }
}
