//! What clients need to make provenance: a CI run, and Sigstore's servers.

/// Lets a client that node runs believe that GitLab runs it, and stands in for the servers that give out
/// certificates and keep the log of signatures. All the rest, from the statement to the signature, is the
/// client's own.
pub(super) const CI_RUN: &str = r"
const http = require('node:http')
const https = require('node:https')
const base64 = (text) => Buffer.from(text).toString('base64')
process.env.GITLAB_CI = 'true'
process.env.SIGSTORE_ID_TOKEN = ['{}', JSON.stringify({ sub: 'a story' }), ''].map(base64).join('.')
const certificates = ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']
const entry = {
  body: base64(JSON.stringify({ apiVersion: '0.0.1', kind: 'dsse', spec: {} })),
  integratedTime: 1,
  logID: '00',
  logIndex: 1,
  verification: { signedEntryTimestamp: 'AAAA' },
}
const answers = {
  '/api/v2/signingCert': { signedCertificateEmbeddedSct: { chain: { certificates } } },
  '/api/v1/log/entries': { 1: entry },
}
const server = http.createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json')
    // Else the client would wait for it to be closed, and end later.
    response.setHeader('connection', 'close')
    response.end(JSON.stringify(answers[request.url]))
  })
})
server.listen(0, '127.0.0.1').unref()
const request = https.request
https.request = (options, ...rest) => {
  if (!String(options.hostname ?? options.host).endsWith('.sigstore.dev')) {
    return request(options, ...rest)
  }
  const { method, path, headers } = options
  const { port } = server.address()
  return http.request({ host: '127.0.0.1', port, method, path, headers }, ...rest)
}
";
