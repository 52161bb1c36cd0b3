import { messages, PLATFORM, PLATFORM_ATTRIBUTES, platform, platformAttributes } from "./parsing";

const DOMAIN = { domain: "apps.acme.com", hostedZoneId: "Z0123456789ABC" };

test("a platform with the fewest props is completed with every default, and warned that it is plain HTTP", () => {
  expect(platform()).toEqual({
    spec: {
      ...PLATFORM,
      scheme: "internet-facing",
      allowCidrs: ["0.0.0.0/0"],
      images: "build",
      idleTimeout: 300,
      logRetentionDays: 90,
      protect: true,
      allowInsecure: false,
      waitForDeploy: true,
      observability: "standard",
      calls: false,
      callRetention: 7 * 86_400,
      priorityBand: 0,
    },
    warnings: ["no domain: endpoints are paths over plain HTTP. Set domain and hostedZoneId for HTTPS"],
  });
});

test("a platform with every prop keeps each of them", () => {
  const props = {
    workspace: "acme",
    environment: "prod",
    ...DOMAIN,
    certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c3d",
    scheme: "internal",
    allowCidrs: ["203.0.113.0/24", "10.0.0.0/8", "198.51.100.7/32"],
    gatewayImage: "registry.acme.com/gateway@sha256:0a1b",
    images: "prebuilt",
    logRetentionDays: 365,
    alarmTopicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
    kmsKeyArn: "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/0a1b-2c3d",
    webAclArn: "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acme/0a1b",
    protect: false,
    allowInsecure: true,
    waitForDeploy: false,
    observability: "minimal",
    tracing: { endpoint: "https://collector.acme.com/otlp", sampleRatio: 0.25 },
    calls: true,
    callRetention: 30 * 86_400,
    priorityBand: 15,
  };
  expect(platform({ ...props, idleTimeout: "10m", callRetention: "30d" })).toEqual({
    spec: { ...props, idleTimeout: 600 },
    warnings: [],
  });
});

test.each([
  [{ workspace: undefined }, 'workspace: is missing. Write for example "acme". [SLIPWAY_E_MISSING_PROP]'],
  [
    { workspace: "Acme" },
    'workspace "Acme": must be 1 to 20 lowercase letters, digits and single dashes, with no dash at an end. Write for example "acme".',
  ],
  [{ workspace: "a--b" }, 'workspace "a--b": must be 1 to 20 lowercase letters'],
  [{ workspace: "xn" }, 'workspace "xn": must be 1 to 20 lowercase letters'],
  [
    { environment: "production-environment" },
    'environment "production-environment": must be 1 to 20 lowercase letters',
  ],
  [
    { ...DOMAIN, domain: "https://acme.com" },
    'domain "https://acme.com": must be a domain name in lower case, without a scheme, a port or a trailing dot. Write for example "apps.acme.com".',
  ],
  [{ ...DOMAIN, domain: "acme.com." }, 'domain "acme.com.": must be a domain name in lower case'],
  [{ ...DOMAIN, domain: "acme" }, 'domain "acme": must be a domain name in lower case'],
  [{ ...DOMAIN, domain: "Apps.acme.com" }, 'domain "Apps.acme.com": must be a domain name in lower case'],
  [
    { ...DOMAIN, domain: `${"a".repeat(59)}.com` },
    `domain "${"a".repeat(59)}.com": has 63 characters; ACM makes a certificate for *.<domain> of at most 62. Use a shorter domain, or set certificateArn.`,
  ],
  [
    { domain: "apps.acme.com" },
    'domain "apps.acme.com": needs a certificate. Set hostedZoneId (the certificate is made and validated), or certificateArn. [SLIPWAY_E_MISSING_PROP]',
  ],
  [{ hostedZoneId: "Z123" }, 'hostedZoneId "Z123": is of no use without a domain. Set domain, or remove hostedZoneId.'],
  [
    { certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0a" },
    'certificateArn "arn:aws:acm:us-east-1:123456789012:certificate/0a": is of no use without a domain. Set domain, or remove certificateArn.',
  ],
  [
    { ...DOMAIN, hostedZoneId: "/hostedzone/Z123" },
    'hostedZoneId "/hostedzone/Z123": must be a hosted zone id such as "Z0123456789ABC". Copy it from Route 53.',
  ],
  [{ scheme: "public" }, 'scheme "public": must be one of "internet-facing", "internal". Pick one of these.'],
  [{ allowCidrs: [] }, 'allowCidrs []: must be a list of IPv4 ranges. Write for example ["203.0.113.0/24"].'],
  [{ allowCidrs: "10.0.0.0/8" }, 'allowCidrs "10.0.0.0/8": must be a list of IPv4 ranges.'],
  [
    { allowCidrs: ["10.0.0.1/8"] },
    'allowCidrs ["10.0.0.1/8"]: holds "10.0.0.1/8", which has address bits below its prefix. Write "10.0.0.0/8".',
  ],
  [
    { allowCidrs: ["010.0.0.0/8"] },
    'allowCidrs ["010.0.0.0/8"]: holds "010.0.0.0/8", which is not an IPv4 range in CIDR notation.',
  ],
  [{ allowCidrs: ["::/0"] }, 'allowCidrs ["::/0"]: holds "::/0", which is not an IPv4 range in CIDR notation.'],
  [{ allowCidrs: [7] }, "allowCidrs [7]: holds 7, which is not an IPv4 range in CIDR notation."],
  [
    { allowCidrs: ["10.0.0.0/8", "10.0.0.0/8"] },
    'allowCidrs ["10.0.0.0/8","10.0.0.0/8"]: names a range twice. Name each range once.',
  ],
  [
    { logRetentionDays: 100 },
    "logRetentionDays 100: must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653. CloudWatch Logs keeps logs for these periods.",
  ],
  [
    { alarmTopicArn: "alarms" },
    'alarmTopicArn "alarms": must be an ARN such as "arn:aws:sns:us-east-1:123456789012:alarms". Copy it from AWS, or pass the resource\'s arn.',
  ],
  [
    { kmsKeyArn: "arn:aws:kms:us-east-1:123456789012:alias/logs" },
    'kmsKeyArn "arn:aws:kms:us-east-1:123456789012:alias/logs": must be an ARN such as "arn:aws:kms:us-east-1:123456789012:key/0123-…".',
  ],
  [
    { webAclArn: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/cdn/0a1b" },
    'webAclArn "arn:aws:wafv2:us-east-1:123456789012:global/webacl/cdn/0a1b": must be an ARN such as "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acme/0123-…".',
  ],
  [
    { idleTimeout: 10 },
    "idleTimeout 10: must be 11s to 4000s (endpoints answer up to 10 s before it ends, and load balancers end at 4000 s). Use 11s to 4000s.",
  ],
  [{ allowInsecure: "yes" }, 'allowInsecure "yes": must be true or false. Pass a boolean literal.'],
  [{ protect: "no" }, 'protect "no": must be true or false. Pass a boolean literal.'],
  [{ observability: "full" }, 'observability "full": must be one of "minimal", "standard". Pick one of these.'],
  [
    { priorityBand: 16 },
    "priorityBand 16: must be 0 to 15. Give each stack that shares a platform its own band, 0 to 15.",
  ],
  [
    { gatewayImage: "a b" },
    'gatewayImage "a b": must be an image URI: a registry, a repository, and a tag or digest. Write for example "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-gateway@sha256:…".',
  ],
])("%j is refused with the fix", (props, message) => {
  const [first, ...others] = messages(() => platform(props));
  expect(first).toContain(`stack/platform: ${message}`);
  expect(others).toEqual([]);
});

test("a long domain is fine with a certificate that exists already", () => {
  const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b";
  expect(platform({ domain: `${"a".repeat(63)}.acme.com`, certificateArn }).warnings).toEqual([]);
});

test.each(["registry.acme.com/gateway", "registry.acme.com:5000/gateway", "gateway:latest"])(
  "the image %p, which can change under its name, is warned about",
  (gatewayImage) => {
    expect(platform({ ...DOMAIN, gatewayImage }).warnings).toEqual([
      `gatewayImage "${gatewayImage}" names no fixed version: tasks that start later may run other code. Pin a tag or a digest`,
    ]);
  },
);

test.each(["registry.acme.com:5000/gateway:1", "gateway@sha256:0a1b", "gateway:latest@sha256:0a1b"])(
  "the image %p names one version",
  (gatewayImage) => {
    expect(platform({ ...DOMAIN, gatewayImage }).warnings).toEqual([]);
  },
);

test("a platform's attributes, as its stack outputs them, are read back as they are", () => {
  const published = {
    ...PLATFORM_ATTRIBUTES,
    images: "build",
    idleTimeout: 300,
    logRetentionDays: 90,
    allowInsecure: true,
    waitForDeploy: true,
    observability: "standard",
  };
  expect(platformAttributes(JSON.parse(JSON.stringify(published)))).toEqual(published);
});

test.each(["us-east-1", "us-gov-west-1", "ap-southeast-5", "us-isob-east-1", "eusc-de-east-1", "cn-north-1"])(
  "%s is a region",
  (region) => {
    expect(platformAttributes({ region }).region).toBe(region);
  },
);

test.each([
  [
    { vpcId: undefined, privateSubnetIds: undefined },
    [
      'vpcId: is missing. Write for example "vpc-0123abcd".',
      'privateSubnetIds: is missing. Write for example ["subnet-0a…", "subnet-0b…"].',
    ],
  ],
  [
    { priorityBand: undefined },
    ["priorityBand: is missing. Write for example 1: each stack that shares a platform has a band of its own."],
  ],
  [{ region: "virginia" }, ['region "virginia": must be a region. Write for example "us-east-1".']],
  [
    { privateSubnetIds: [] },
    ["privateSubnetIds []: names 0 of at least 1 subnets. Name private subnets in two or more Availability Zones."],
  ],
  [
    { clusterArn: "${aws_ecs_cluster.main.arn}" },
    [
      'clusterArn "${aws_ecs_cluster.main.arn}": must be as the platform published it. Write for example "arn:aws:ecs:us-east-1:123456789012:cluster/acme".',
    ],
  ],
  [{ scheme: "internal" }, ["scheme: is not a prop here"]],
  [
    { tokensTableName: "acme/tokens" },
    [
      'tokensTableName "acme/tokens": must be a table\'s name as the platform published it. Write for example "acme-tokens-0123abcd".',
    ],
  ],
  [
    { tokensTableName: undefined, tokensTableArn: undefined },
    [
      'tokensTableName: is missing. Write for example "acme-tokens-0123abcd".',
      'tokensTableArn: is missing. Write for example "arn:aws:dynamodb:us-east-1:123456789012:table/acme-tokens-0123abcd".',
    ],
  ],
])("attributes with %j are refused with the fix", (attributes, expected) => {
  const lines = messages(() => platformAttributes(attributes));
  expect(lines).toEqual(expected.map((text) => expect.stringContaining(`stack/platform: ${text}`)));
});
