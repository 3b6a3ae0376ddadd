// The client of Auth0's SDK that the environment variable SDK names: auth0-4, auth0-5 or
// auth0-7. The interface of version 4 is another one; here it has that of the later ones.
const { ManagementClient, ManagementError } = await import(process.env.SDK);
const api = new ManagementClient({ domain: process.env.TENANT, clientId: "any", clientSecret: "any" });

// Refusal is what version 4 throws, with the members that later versions have.
class Refusal extends Error {
  constructor(error) {
    super(`${error.message} ${error.body}`);
    this.statusCode = error.statusCode;
    this.body = JSON.parse(error.body);
    this.rawResponse = { headers: error.headers };
  }
}

// answer returns the body of what version 4 answers.
function answer(promise) {
  const raw = promise.catch((error) => { throw error.body === undefined ? error : new Refusal(error); });
  const body = raw.then(({ data }) => data);
  body.withRawResponse = async () => ({ data: (await raw).data, rawResponse: { headers: (await raw).headers } });
  return body;
}

// pages returns a list that get reads page by page.
async function pages(get, name, request = {}) {
  const read = (page) => answer(get({ per_page: 50, ...request, page, include_totals: true }));
  const response = await read(request.page ?? 0);
  return {
    data: response[name],
    response,
    async *[Symbol.asyncIterator]() {
      for (let page = 0; ; page++) {
        const { [name]: list, total, start } = await read(page);
        yield* list;
        if (start + list.length >= total) return;
      }
    },
  };
}

const version4 = () => {
  const { users, usersByEmail, roles, resourceServers, userBlocks, jobs, connections, clients } = api;
  return {
    users: {
      create: (body) => answer(users.create(body)),
      get: (id, request) => answer(users.get({ id, ...request })),
      update: (id, body) => answer(users.update({ id }, body)),
      delete: (id) => answer(users.delete({ id })),
      list: (request) => pages((r) => users.getAll(r), "users", request),
      listUsersByEmail: (request) => answer(usersByEmail.getByEmail(request)),
      identities: {
        link: (id, body) => answer(users.link({ id }, body)),
        delete: (id, provider, user_id) => answer(users.unlink({ id, provider, user_id })),
      },
      roles: {
        assign: (id, body) => answer(users.assignRoles({ id }, body)),
        delete: (id, body) => answer(users.deleteRoles({ id }, body)),
        list: (id) => pages((r) => users.getRoles({ id, ...r }), "roles"),
      },
      permissions: {
        create: (id, body) => answer(users.assignPermissions({ id }, body)),
        delete: (id, body) => answer(users.deletePermissions({ id }, body)),
        list: (id) => pages((r) => users.getPermissions({ id, ...r }), "permissions"),
      },
    },
    roles: {
      create: (body) => answer(roles.create(body)),
      delete: (id) => answer(roles.delete({ id })),
      list: (request) => pages((r) => roles.getAll(r), "roles", request),
      permissions: { add: (id, body) => answer(roles.addPermissions({ id }, body)) },
    },
    resourceServers: { create: (body) => answer(resourceServers.create(body)), delete: (id) => answer(resourceServers.delete({ id })) },
    userBlocks: {
      list: (id) => answer(userBlocks.get({ id })),
      delete: (id) => answer(userBlocks.delete({ id })),
      listByIdentifier: (request) => answer(userBlocks.getAll(request)),
      deleteByIdentifier: (request) => answer(userBlocks.deleteAll(request)),
    },
    jobs: {
      get: (id) => answer(jobs.get({ id })),
      errors: { get: (id) => answer(jobs.getErrors({ id })) },
      usersImports: { create: (body) => answer(jobs.importUsers(body)) },
    },
    connections: {
      get: (id) => answer(connections.get({ id })),
      list: (request) => pages((r) => connections.getAll(r), "connections", request),
    },
    clients: { get: (client_id) => answer(clients.get({ client_id })) },
  };
};

const isVersion4 = process.env.SDK === "auth0-4";
export const client = isVersion4 ? version4() : api;
export const Thrown = isVersion4 ? Refusal : ManagementError;
