/** The arrows of the design, as rules: what may import what. See CONTRIBUTING.md, "Rooms and arrows". */
const engine = "node_modules/(cdktf|constructs|aws-cdk-lib|@cdktf)/";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "lib-imports-no-engine",
      comment: "decisions are pure: lib/ never sees cdktf, aws-cdk-lib, constructs or a provider",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: `${engine}|^constructs/` },
    },
    {
      name: "spec-imports-only-catalog-and-naming",
      severity: "error",
      from: { path: "^lib/spec/" },
      to: { path: "^lib/", pathNot: "^lib/(spec|catalog|naming)/|^lib/image/image" },
    },
    {
      name: "decisions-import-no-runtime",
      comment: "what decides at synth knows nothing of the programs that run later",
      severity: "error",
      from: { path: "^lib/(spec|catalog|naming|network|routing|task|scaling|monitoring|manifest)/" },
      to: { path: "^lib/(runtime|local|deployed|cli)/" },
    },
    {
      name: "deployed-knows-the-manifest-only",
      comment: "what AWS says of a deployment has nothing to do with running it here; printing is the command's",
      severity: "error",
      from: { path: "^lib/deployed/" },
      to: { path: "^lib/", pathNot: "^lib/(deployed|manifest|naming|task)/" },
    },
    {
      name: "the-aws-sdk-is-loaded-where-aws-is-asked",
      comment: "it takes longer to load than everything else that `slipway dev` or a synth needs",
      severity: "error",
      from: {
        path: "^(lib|constructs)/",
        pathNot: "^lib/(deployed/|builds/ecr|calls/aws/|tokens/token-store|runtime/gateway/(auth/dynamodb|calls/))",
      },
      to: { path: "node_modules/@aws-sdk/" },
    },
    {
      name: "opentelemetry-is-a-file-of-its-own",
      comment: "only a gateway that sends spans loads it",
      severity: "error",
      from: { path: "^(lib|constructs)/", pathNot: "^lib/runtime/gateway/tracing/opentelemetry" },
      to: { path: "node_modules/@opentelemetry/" },
    },
    {
      name: "commands-are-loaded-when-they-run",
      comment: "the start of the command line loads no command: each brings an engine or the AWS SDK",
      severity: "error",
      from: { path: "^lib/cli/(main|.*program|.*-options)\\.ts$" },
      to: { path: "^lib/(deployed|builds|calls/(aws|operator)|local/(index|dev)|cli/.*-command)", dynamic: false },
    },
    {
      name: "decisions-do-no-io",
      severity: "error",
      from: { path: "^lib/(spec|catalog|naming|network|routing|task|scaling|monitoring|manifest)/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "an-image-is-a-value",
      comment: "what an image is made of, and its hash; building and pushing it is elsewhere",
      severity: "error",
      from: { path: "^lib/image/" },
      to: { path: "^(lib|constructs)/", pathNot: "^lib/(image/|spec/errors|package/)" },
    },
    {
      name: "building-knows-images-only",
      comment: "what a stack is, and what is asked on the command line, is elsewhere",
      severity: "error",
      from: { path: "^lib/builds/" },
      to: {
        path: "^(lib|constructs)/",
        pathNot: "^lib/(builds|image)/|^lib/local/(run-command|process-group|lifeline)",
      },
    },
    {
      name: "an-image-reads-files-in-one-room",
      severity: "error",
      from: { path: "^lib/image/(checks|instructions|local-files)" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "gateway-stands-alone",
      comment: "the gateway is one bundled program: of lib/ it sees its config's schema and what a token is",
      severity: "error",
      from: { path: "^lib/runtime/gateway/" },
      to: {
        path: "^(lib|constructs)/",
        pathNot: "^lib/(runtime/gateway/|task/(gateway|calls|task)-config|tokens/|calls/)",
      },
    },
    {
      name: "calls-stand-alone",
      comment: "what a call is: gateway, control service, command and local engine read it the same way",
      severity: "error",
      from: { path: "^lib/calls/" },
      to: { path: "^(lib|constructs)/", pathNot: "^lib/calls/" },
    },
    {
      name: "what-a-call-is-needs-no-aws",
      comment: "decisions about calls are pure; where they are kept is lib/calls/aws",
      severity: "error",
      from: {
        path: "^(lib/(calls/[^/]+\\.ts|spec|catalog|naming|network|routing|task|scaling|monitoring|manifest)|constructs)/?",
      },
      to: { path: "^lib/calls/aws/" },
    },
    {
      name: "what-operators-do-is-the-commands",
      comment: "reviving and looking through calls is for people: a task may do much less",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/(cli|calls/operator)/" },
      to: { path: "^lib/calls/(operator|aws/(call-survey|find-bucket))" },
    },
    {
      name: "tokens-stand-alone",
      comment: "what a token is: the gateway and the command read it the same way, and both are elsewhere",
      severity: "error",
      from: { path: "^lib/tokens/" },
      to: { path: "^(lib|constructs)/", pathNot: "^lib/tokens/" },
    },
    {
      name: "token-store-is-the-commands",
      comment: "writing tokens is for people: a task may only read one by its id",
      severity: "error",
      from: { path: "^lib/runtime/" },
      to: { path: "^lib/tokens/token-store" },
    },
    {
      name: "no-provider-barrel",
      comment: "deep imports only: the barrel costs 3 s and 575 MB",
      severity: "error",
      from: {},
      to: { path: "@cdktf/provider-aws/lib/index" },
    },
    {
      name: "runtime-dependencies-are-declared",
      severity: "error",
      from: { path: "^(lib|constructs)/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        pathNot: "node_modules/(cdktf|constructs|@cdktf)/",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.check.json" },
    exclude: { path: "(cdktf.out|\\.slipway)/" },
  },
};
