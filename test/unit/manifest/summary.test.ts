import { renderSummary, type Summary } from "../../../lib/manifest";

const greet = {
  name: "hello/greet",
  url: "https://acme--hello-greet.apps.acme.com/",
  label: "hello-greet",
  method: "GET",
  size: "0.5 vCPU, 2 GiB: app 1 GiB + gateway 128 MiB, the next size that Fargate sells",
  min: 1,
  max: 10,
  monthly: 21.2649,
  spot: false,
};
const process = {
  ...greet,
  name: "hello/process",
  url: "https://acme--hello-process.apps.acme.com/",
  method: "POST",
  min: 2,
  monthly: 42.5298,
  spot: false,
};
const summary: Summary = {
  loadBalancer: null,
  resources: 79,
  shared: [
    { what: "1 NAT gateway", monthly: 36.5 },
    { what: "load balancer", monthly: 23.725 },
  ],
  functions: [process, greet],
};

test("a summary tells where everything is, how large it is and what it costs, aligned", () => {
  expect(renderSummary(summary)).toBe(
    `
Slipway: 2 functions, 79 resources

  hello/greet    GET   https://acme--hello-greet.apps.acme.com/
  hello/process  POST  https://acme--hello-process.apps.acme.com/

  hello/greet       $21.26/month   1 to 10 x 0.5 vCPU, 2 GiB: app 1 GiB + gateway 128 MiB, the next size that Fargate sells
  hello/process     $42.53/month   2 to 10 x 0.5 vCPU, 2 GiB: app 1 GiB + gateway 128 MiB, the next size that Fargate sells
  1 NAT gateway     $36.50/month
  load balancer     $23.73/month
  total at minimum  $124.02/month  list prices us-east-1, 2026-09-20, before traffic
`.trim(),
  );
});

test("the order of declaration changes nothing", () => {
  expect(renderSummary({ ...summary, functions: [greet, process] })).toBe(renderSummary(summary));
});

test("a URL that is known only after apply is shown as far as it is known", () => {
  const functions = [{ ...greet, url: null }];
  expect(renderSummary({ ...summary, functions })).toContain("http://<load balancer>/hello-greet/");
  expect(renderSummary({ ...summary, functions, loadBalancer: "acme-1.elb.amazonaws.com" })).toContain(
    "http://acme-1.elb.amazonaws.com/hello-greet/",
  );
});

test("one is singular, and a stack without functions is a stack too", () => {
  expect(renderSummary({ ...summary, functions: [greet], resources: 1 })).toMatch(/^Slipway: 1 function, 1 resource\n/);
  expect(renderSummary({ ...summary, functions: [] })).toMatch(/^Slipway: 0 functions, 79 resources\n/);
});

test("a function on Spot is priced on demand, and says that it costs less", () => {
  const [row] = renderSummary({ ...summary, functions: [{ ...greet, spot: true }] })
    .split("\n")
    .filter((line) => line.includes("$21.26"));
  expect(row).toMatch(/Fargate sells; on Spot, whose price floats below this one$/);
  expect(renderSummary(summary)).not.toContain("Spot");
});

test("a function that is called by way of a queue has no address, and may cost nothing", () => {
  const { url: _, label: __, method: ___, ...sized } = greet;
  const work = { ...sized, name: "hello/work", queued: true as const, min: 0, monthly: 0 };
  const shown = renderSummary({
    ...summary,
    functions: [work],
    shared: [{ what: "calls", monthly: 0, note: "by the request" }],
  });
  expect(shown).toContain("hello/work    called by way of its queue");
  expect(shown).toMatch(/hello\/work +\$0\.00\/month +0 to 10 x 0\.5 vCPU/);
  expect(shown).toMatch(/calls +\$0\.00\/month +by the request/);
});
