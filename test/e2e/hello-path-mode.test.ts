import { helloLifecycle } from "./hello-lifecycle";

helloLifecycle({
  title: "without a domain, in path mode",
  prepare: async () => ({}),
  address: (label, host) => ({ host, base: `/${label}` }),
});
