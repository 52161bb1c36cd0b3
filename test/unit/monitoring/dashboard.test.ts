import fc from "fast-check";
import { dashboardBody } from "../../../lib/monitoring";
import { DIMENSIONS } from "./dimensions";

interface Widget {
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title: string; region: string; metrics: unknown[][] };
}
const widgets = (names: readonly string[]) =>
  (
    dashboardBody(
      "eu-west-1",
      names.map((name) => ({ name, dimensions: DIMENSIONS })),
    ) as { widgets: Widget[] }
  ).widgets;
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 48 }), { maxLength: 100 });

test("one row of four graphs an endpoint", () => {
  expect(widgets(["greet"]).map(({ properties }) => properties.title)).toEqual([
    "greet: requests, 5xx, rejected",
    "greet: response time, p95",
    "greet: healthy containers, load of each",
    "greet: CPU and memory, %",
  ]);
});

test("every graph is inside CloudWatch's 24 columns, none covers another, and 100 endpoints stay below 500 graphs", () => {
  fc.assert(
    fc.property(names, (all) => {
      const shown = widgets(all);
      const cells = shown.flatMap(({ x, y, width, height }) => {
        expect(x + width).toBeLessThanOrEqual(24);
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        return Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`);
      });
      expect(new Set(cells).size).toBe(cells.length);
      expect(shown.length).toBeLessThanOrEqual(500);
    }),
    { numRuns: 20 },
  );
});

test("the same endpoints give the same dashboard in any order", () => {
  fc.assert(
    fc.property(names, (all) => {
      expect(JSON.stringify(widgets([...all].reverse()))).toBe(JSON.stringify(widgets(all)));
    }),
  );
});

test("a metric is written as CloudWatch reads it: namespace, name, dimensions in pairs, options", () => {
  const [requests, , containers, utilization] = widgets(["greet"]);
  expect(requests!.properties.metrics[0]).toEqual([
    "AWS/ApplicationELB",
    "RequestCount",
    "LoadBalancer",
    "app/acme/0a1b",
    "TargetGroup",
    "targetgroup/hello/2c3d",
    { stat: "Sum" },
  ]);
  const ofGateways = ["Platform", "acme-prod", "App", "hello", "Function", "greet"];
  expect(requests!.properties.metrics[2]).toEqual(["Slipway", "Rejected", ...ofGateways, { stat: "Sum" }]);
  expect(containers!.properties.metrics[1]).toEqual(["Slipway", "Load", ...ofGateways, { stat: "Average" }]);
  expect(utilization!.properties.metrics).toEqual([
    ["AWS/ECS", "CPUUtilization", "ClusterName", "acme", "ServiceName", "hello-greet", { stat: "Average" }],
    ["AWS/ECS", "MemoryUtilization", "ClusterName", "acme", "ServiceName", "hello-greet", { stat: "Average" }],
  ]);
});

test("every graph says its region: a dashboard is global, its metrics are not", () => {
  expect(new Set(widgets(["a", "b"]).map(({ properties }) => properties.region))).toEqual(new Set(["eu-west-1"]));
});
