import { helloLifecycle } from "./hello-lifecycle";

helloLifecycle({
  name: "path mode",
  prepare: async () => ({}),
  address: (label, host) => ({ host, base: `/${label}` }),
});
