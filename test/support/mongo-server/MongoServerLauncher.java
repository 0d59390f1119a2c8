import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVMap;
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

  /**
   * Documents that are named by their _id are looked up, whatever else is asked of them, as by every MongoDB. As it comes, the
   * server does so only where nothing else is asked, and reads the whole collection for each compare-and-set.
   */
  private static final class IndexedCollection extends H2Collection {
    IndexedCollection(MongoDatabase database, String name, CollectionOptions options, MVMap<Object, Document> data,
        MVMap<String, Object> meta, CursorRegistry cursors) {
      super(database, name, options, data, meta, cursors);
    }

    @Override
    protected QueryResult queryDocuments(
        Document query, Document order, int skip, int limit, int batch, Document fields) {
      Object id = query.get("_id");
      if (query.size() > 1 && (id instanceof String || id instanceof Document several && several.keySet().equals(Set.of("$in")))) {
        Document named = new Document("_id", id);
        for (Index<Object> index : getIndexes()) {
          if (index.canHandle(named)) {
            return matchDocuments(query, index.getPositions(named), order, skip, limit, batch, fields);
          }
        }
      }
      return super.queryDocuments(query, order, skip, limit, batch, fields);
    }
  }

  /** Databases open their first collections as they are made: by then, this is set. */
  private static MVStore store;

  private static final class IndexedDatabase extends H2Database {
    IndexedDatabase(String name, CursorRegistry cursors) {
      super(name, store, cursors);
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
      String full = getFullCollectionNamespace(name);
      return new IndexedCollection(
          this, name, options, store.openMap("databases." + full), store.openMap("meta." + full), cursorRegistry);
    }
  }

  private static class IndexedBackend extends H2Backend {
    IndexedBackend() {
      super(store);
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
      return new IndexedDatabase(name, getCursorRegistry());
    }
  }

  private static final class DurableBackend extends IndexedBackend {
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
    boolean durable = args.length > 1;
    store = durable ? new MVStore.Builder().fileName(args[1]).autoCommitDisabled().open() : MVStore.open(null);
    MongoBackend backend = (durable ? new DurableBackend() : new IndexedBackend()).version(SEVEN);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    System.out.println("listening on " + server.getLocalAddress().getPort());
    while (System.in.read() >= 0) {}
    server.shutdownNow();
  }
}
