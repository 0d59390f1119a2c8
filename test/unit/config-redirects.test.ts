import { expect } from 'chai';
import { phone, problemsOf, refuses, web } from './config-fixture.ts';

describe('redirect URIs', () => {
  const uriOf = (client: object, uri: string) => ({ clients: [{ ...client, redirect_uris: [uri] }] });
  const good: readonly [object, string][] = [
    [phone, 'com.example.phone:/callback'],
    [phone, 'com.example.phone://callback'],
    [phone, 'http://127.0.0.1/callback'],
    [phone, 'http://[::1]:8080/callback'],
    [phone, 'https://app.example.com/callback'],
    [web, 'http://localhost:8080/callback'],
  ];
  for (const [client, uri] of good) it(`takes ${uri}`, () => expect(problemsOf(uriOf(client, uri))).to.deep.equal([]));

  it('takes http for a web client only outside production', () => {
    const problem = "clients['web'].redirect_uris[0]: got 'http://127.0.0.1/cb'; allowed: https.";
    expect(problemsOf(uriOf(web, 'http://127.0.0.1/cb'), true)).to.deep.equal([problem]);
  });

  const bad: readonly [object, string, string][] = [
    [phone, 'http://localhost/callback', 'http://127.0.0.1 or http://[::1] instead of localhost'],
    [phone, 'http://app.example.com/cb', 'http with 127.0.0.1 or [::1] alone'],
    [phone, 'myapp:/callback', 'a private-use scheme that is a reversed domain name'],
    [phone, 'javascript:alert(1)', 'a private-use scheme'],
    [phone, 'data:text/html,x', 'a private-use scheme'],
    [phone, 'java\nscript:alert(1)', 'an absolute URI'],
    [phone, '/callback', 'an absolute URI'],
    [phone, 'https://app.example.com/cb#x', 'a URI without a fragment'],
    [phone, 'https://*.example.com/cb', 'no wildcards'],
    [phone, 'https://user:hunter2@app.example.com/', 'without user name and password'],
    [web, 'http://app.example.com/cb', 'https, or http on 127.0.0.1'],
    [web, 'com.example.app:/cb', 'https, or http on 127.0.0.1'],
  ];
  refuses(bad.map(([client, uri, sentence]) => [JSON.stringify(uri), uriOf(client, uri), sentence]));
});
