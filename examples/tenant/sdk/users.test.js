// What Auth0's SDK returns and throws, against the tenant.
import assert from "node:assert/strict";
import { test } from "node:test";
import { client, Thrown } from "./client.js";

const connection = "Username-Password-Authentication";
let made = 0;

// create makes a user of the database.
const create = (rest = {}) =>
  client.users.create({ connection, email: `user${++made}@example.com`, password: "Secret-123", ...rest });

// refused checks what the SDK throws for a refusal.
const refused = async (promise, statusCode, body) => {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof Thrown, String(error));
    assert.equal(error.statusCode, statusCode);
    assert.deepEqual(error.body, { statusCode, ...body });
    assert.ok(error.message.includes(body.message), error.message);
    return true;
  });
};

test("create, then get", async () => {
  const user = await create({ email: "Ann@Example.com", user_metadata: { color: "red" } });
  assert.match(user.user_id, /^auth0\|[0-9a-f]{24}$/);
  assert.equal(user.email, "ann@example.com");
  assert.equal(user.email_verified, false);
  assert.equal(user.name, "ann@example.com");
  assert.equal(user.nickname, "ann");
  assert.deepEqual(user.identities, [
    { connection, user_id: user.user_id.slice("auth0|".length), provider: "auth0", isSocial: false },
  ]);
  assert.deepEqual(user.user_metadata, { color: "red" });
  assert.equal(user.app_metadata, undefined);
  assert.equal(user.password, undefined);
  assert.deepEqual(await client.users.get(user.user_id), user);
  assert.deepEqual(await client.users.get(user.user_id, { fields: "email,nickname" }), { email: "ann@example.com", nickname: "ann" });
});

test("an update merges metadata at the first level only", async () => {
  const { user_id } = await create({ user_metadata: { color: "red", address: { home: "h", work: "w" } }, app_metadata: { plan: "free" } });
  const user = await client.users.update(user_id, { user_metadata: { address: { home: "new" } }, app_metadata: { seats: 2 } });
  assert.deepEqual(user.user_metadata, { color: "red", address: { home: "new" } });
  assert.deepEqual(user.app_metadata, { plan: "free", seats: 2 });
  assert.deepEqual(await client.users.get(user_id), user);
});

test("null removes a member, or an attribute", async () => {
  const { user_id } = await create({ user_metadata: { color: "red", size: 1 } });
  const user = await client.users.update(user_id, { user_metadata: { color: null } });
  assert.deepEqual(user.user_metadata, { size: 1 });
  assert.equal((await client.users.update(user_id, { email: null })).email, undefined);
  await refused(client.users.update(user_id, { given_name: null }), 400, {
    error: "Bad Request",
    message: "The following user attributes cannot be removed: given_name. The connection (Username-Password-Authentication) must either be a custom database connection with import mode disabled, a social or enterprise connection.",
  });
});

test("null for metadata as a whole is refused", async () => {
  const { user_id } = await create({ user_metadata: { color: "red" } });
  await assert.rejects(client.users.update(user_id, { user_metadata: null }), (error) => {
    assert.equal(error.statusCode, 400);
    assert.equal(error.rawResponse.headers.get("metameld-rule"), "patch.metadata-null");
    return true;
  });
  assert.deepEqual((await client.users.get(user_id)).user_metadata, { color: "red" });
});

test("{} wipes metadata, and the tenant warns of it", async () => {
  const { user_id } = await create({ user_metadata: { color: "red" }, app_metadata: { plan: "free" } });
  const { data, rawResponse } = await client.users.update(user_id, { user_metadata: {}, app_metadata: {} }).withRawResponse();
  assert.deepEqual(data.user_metadata, {});
  assert.equal(data.app_metadata, undefined);
  assert.equal(rawResponse.headers.get("metameld-warning"), "patch.metadata-wipe");
});

test("what undefined leaves out is not sent", async () => {
  const { user_id } = await create({ user_metadata: { color: "red" } });
  const user = await client.users.update(user_id, { name: "Ann", user_metadata: undefined });
  assert.equal(user.name, "Ann");
  assert.deepEqual(user.user_metadata, { color: "red" });
});

test("an empty payload is refused", async () => {
  const { user_id } = await create();
  await refused(client.users.update(user_id, {}), 400, {
    error: "Bad Request",
    message: "Payload validation error: 'None of the valid schemas were met'.",
  });
});

test("a forbidden pair is refused, and nothing changes", async () => {
  const user = await create();
  await refused(client.users.update(user.user_id, { email: "new@example.com", password: "Secret-456" }), 400, {
    error: "Bad Request",
    message: "Cannot update password and email simultaneously.",
  });
  assert.deepEqual(await client.users.get(user.user_id), user);
});

test("what the connection forbids is refused with its errorCode", async () => {
  await refused(client.users.update("google-oauth2|7", { name: "Robert", picture: "https://example.com/p.png" }), 400, {
    error: "Bad Request",
    errorCode: "operation_not_supported",
    message: "The following user attributes cannot be updated: name, picture. The connection (google-oauth2) must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'. For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync",
  });
  const bob = await client.users.update("google-oauth2|7", { user_metadata: { size: 1 } });
  assert.equal(bob.name, "Bob");
  assert.deepEqual(bob.user_metadata, { color: "blue", size: 1 });
});

test("a user who is not there", async () => {
  const nobody = { error: "Not Found", message: "The user does not exist.", errorCode: "inexistent_user" };
  await refused(client.users.get("auth0|nobody"), 404, nobody);
  await refused(client.users.update("auth0|nobody", { name: "n" }), 404, nobody);
  assert.equal(await client.users.delete("auth0|nobody"), undefined);
});

test("an e-mail belongs to one user of a connection", async () => {
  const one = await create();
  const other = await create();
  await refused(create({ email: one.email }), 409, { error: "Conflict", message: "The user already exists.", errorCode: "auth0_idp_error" });
  await refused(client.users.update(other.user_id, { email: one.email }), 400, {
    error: "Bad Request", message: "The specified new email already exists", errorCode: "auth0_idp_error",
  });
  assert.notEqual((await create({ connection: "other", email: one.email })).user_id, one.user_id);
});

test("a route that the tenant has not", async () => {
  await refused(client.clients.get("any"), 404, { error: "Not Found", message: "This tenant has no such route." });
});

test("link, then unlink", async () => {
  const primary = await create({ user_metadata: { color: "red" } });
  const secondary = await create({ given_name: "Bob", user_metadata: { color: "blue" } });
  const id = secondary.identities[0].user_id;
  const identities = await client.users.identities.link(primary.user_id, { provider: "auth0", user_id: id });
  assert.deepEqual(identities, [
    { ...primary.identities[0], profileData: { email: primary.email, email_verified: false } },
    { ...secondary.identities[0], profileData: { email: secondary.email, email_verified: false, given_name: "Bob" } },
  ]);
  const linked = await client.users.get(primary.user_id);
  assert.deepEqual(linked.identities, identities);
  assert.deepEqual(linked.user_metadata, { color: "red" });
  await refused(client.users.get(secondary.user_id), 404, { error: "Not Found", message: "The user does not exist.", errorCode: "inexistent_user" });
  await refused(client.users.identities.link(primary.user_id, { provider: "auth0", user_id: id }), 409, {
    error: "Conflict", message: "Specified identity already exists.",
  });
  await refused(client.users.identities.delete(primary.user_id, "auth0", primary.identities[0].user_id), 400, {
    error: "Bad Request", message: "Main identity cannot be removed.",
  });
  assert.deepEqual(await client.users.identities.delete(primary.user_id, "auth0", id), identities.slice(0, 1));
  const again = await client.users.get(secondary.user_id);
  assert.equal(again.given_name, "Bob");
  assert.equal(again.user_metadata, undefined);
});

test("a link with itself, and with nobody", async () => {
  const { user_id, identities } = await create();
  await refused(client.users.identities.link(user_id, { provider: "auth0", user_id: identities[0].user_id }), 400, {
    error: "Bad Request", message: "Main identity and the new one are the same.",
  });
  await refused(client.users.identities.link(user_id, { provider: "auth0", user_id: "nobody" }), 400, {
    error: "Bad Request", message: "Linking to an inexistent identity is not allowed.",
  });
});

test("list, page by page, and search", async () => {
  const { email, user_id } = await create();
  const ids = [];
  for await (const user of await client.users.list({ per_page: 5 })) ids.push(user.user_id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids.at(-1), user_id);
  assert.ok(ids.length > 10, String(ids.length));
  const found = await client.users.list({ q: `email:"${email}"`, fields: "email", search_engine: "v3" });
  assert.deepEqual(found.data, [{ email }]);
  assert.equal(found.response.total, 1);
  const [user, ...more] = await client.users.listUsersByEmail({ email });
  assert.equal(user.user_id, user_id);
  assert.deepEqual(more, []);
  await refused(client.users.list({ page: 10, per_page: 100 }), 400, {
    error: "Bad Request", errorCode: "invalid_paging",
    message: "You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation",
  });
});

test("a search and an order", async () => {
  const users = [];
  for (const size of [1, 2, 3]) users.push(await create({ given_name: "Searched", app_metadata: { size }, user_metadata: { even: size === 2 } }));
  const find = async (q, sort) => (await client.users.list({ q, sort, search_engine: "v3" })).data.map((user) => user.app_metadata.size);
  assert.deepEqual(await find("given_name:searched", "created_at:1"), [1, 2, 3]);
  assert.deepEqual(await find("given_name:sear* AND app_metadata.size:[2 TO *]", "email:-1"), [3, 2]);
  assert.deepEqual(await find("given_name:(searched OR x) AND NOT user_metadata.even:true", "created_at:-1"), [3, 1]);
  assert.deepEqual(await find(`user_id:"${users[1].user_id}" OR _exists_:user_metadata.none`), [2]);
});

test("a search that the tenant cannot do", async () => { // not 5xx, at which the SDK would ask again
  await assert.rejects(client.users.list({ q: "email:a email:b" }), (error) => {
    assert.equal(error.statusCode, 400);
    assert.equal(error.body.errorCode, "invalid_query_string");
    return true;
  });
});

test("roles and permissions", async () => {
  const { user_id } = await create();
  const server = await client.resourceServers.create({ identifier: `https://api${made}`, name: "API", scopes: [{ value: "read:x" }, { value: "write:x" }] });
  const role = await client.roles.create({ name: `role${made}`, description: "d" });
  const named = (permission_name) => ({ permissions: [{ resource_server_identifier: server.identifier, permission_name }] });
  await client.roles.permissions.add(role.id, named("read:x"));
  await client.users.roles.assign(user_id, { roles: [role.id] });
  await client.users.permissions.create(user_id, named("write:x"));
  assert.deepEqual((await client.users.roles.list(user_id)).data, [role]);
  assert.deepEqual((await client.roles.list({ name_filter: role.name })).data, [role]);
  const list = async () => (await client.users.permissions.list(user_id)).data.map((p) => `${p.permission_name} ${p.sources[0].source_type}`);
  assert.deepEqual(await list(), ["write:x DIRECT", "read:x ROLE"]);
  await client.users.permissions.delete(user_id, named("write:x"));
  await client.users.roles.delete(user_id, { roles: [role.id] });
  assert.deepEqual(await list(), []);
  await client.roles.delete(role.id);
  await client.resourceServers.delete(server.id);
  await refused(client.users.roles.assign(user_id, { roles: [role.id] }), 404, { error: "Not Found", message: "The role does not exist." });
});

test("blocks", async () => {
  const { user_id, email } = await create();
  assert.deepEqual(await client.userBlocks.list(user_id), { blocked_for: [] });
  assert.deepEqual(await client.userBlocks.listByIdentifier({ identifier: email }), { blocked_for: [] });
  assert.equal(await client.userBlocks.delete(user_id), undefined);
  assert.equal(await client.userBlocks.deleteByIdentifier({ identifier: email }), undefined);
});

test("import users", async () => {
  const { data: [{ id }] } = await client.connections.list({ name: connection });
  assert.equal((await client.connections.get(id)).name, connection);
  const taken = await create();
  const email = `user${++made}@example.com`;
  const users = new File([JSON.stringify([{ email, user_metadata: { a: 1 } }, { email: taken.email }])], "users.json", { type: "application/json" });
  const job = await client.jobs.usersImports.create({ users, connection_id: id, external_id: "own" });
  assert.equal(job.status, "pending");
  const done = await client.jobs.get(job.id);
  assert.equal(done.status, "completed");
  assert.equal(done.external_id, "own");
  assert.deepEqual(done.summary, { failed: 1, updated: 0, inserted: 1, total: 2 });
  assert.deepEqual(await client.jobs.errors.get(job.id), [
    { user: { email: taken.email }, errors: [{ code: "DUPLICATED_USER", message: "The user already exist and upsert parameter is false" }] },
  ]);
  const [user] = await client.users.listUsersByEmail({ email });
  assert.deepEqual(user.user_metadata, { a: 1 });
});

test("delete", async () => {
  const { user_id } = await create();
  await client.users.delete(user_id);
  await refused(client.users.get(user_id), 404, { error: "Not Found", message: "The user does not exist.", errorCode: "inexistent_user" });
});
