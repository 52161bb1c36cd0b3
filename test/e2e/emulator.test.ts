import { once } from "node:events";
import { connect } from "node:net";
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateClusterCommand, CreateServiceCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  ModifyLoadBalancerAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { until } from "../runtime/local/waiting";
import { type AwsClients, awsCall, awsClients, clientConfig } from "./aws-api";
import { Emulator } from "./emulator";

/** A deployment that forgets a dependency fails in AWS; these refusals make it fail in the emulator as well. */
describe("the emulator refuses what AWS refuses", () => {
  let emulator: Emulator;
  let aws: AwsClients;
  let loadBalancer: string;
  let targetGroup: string;

  beforeAll(async () => {
    emulator = await Emulator.start();
    aws = awsClients(emulator.url);
    const subnets = await awsCall(emulator.url, {
      service: "ec2",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "Action=DescribeSubnets&Version=2016-11-15",
    });
    const Subnets = [...subnets.matchAll(/<subnetId>([^<]+)/g)].slice(0, 2).map(([, id]) => id!);
    const VpcId = /<vpcId>([^<]+)/.exec(subnets)![1];
    const { LoadBalancers } = await aws.elb.send(new CreateLoadBalancerCommand({ Name: "shared", Subnets }));
    const settings = { Name: "tasks", Protocol: "HTTP", Port: 18080, VpcId, TargetType: "ip" } as const;
    const { TargetGroups } = await aws.elb.send(new CreateTargetGroupCommand(settings));
    loadBalancer = LoadBalancers![0]!.LoadBalancerArn!;
    targetGroup = TargetGroups![0]!.TargetGroupArn!;
    await aws.ecs.send(new CreateClusterCommand({ clusterName: "shared" }));
    const containerDefinitions = [{ name: "app", image: "app", memory: 64 }];
    await aws.ecs.send(new RegisterTaskDefinitionCommand({ family: "task", containerDefinitions }));
  });

  afterAll(() => emulator?.stop());

  const service = { cluster: "shared", serviceName: "web", taskDefinition: "task", desiredCount: 1 };

  test("a service whose target group belongs to no load balancer", async () => {
    const loadBalancers = [{ targetGroupArn: targetGroup, containerName: "app", containerPort: 18080 }];
    await expect(aws.ecs.send(new CreateServiceCommand({ ...service, loadBalancers }))).rejects.toThrow(
      "does not have an associated load balancer",
    );
  });

  test("a service with a capacity provider that is not the cluster's", async () => {
    const capacityProviderStrategy = [{ capacityProvider: "FARGATE", weight: 1 }];
    await expect(aws.ecs.send(new CreateServiceCommand({ ...service, capacityProviderStrategy }))).rejects.toThrow(
      "not associated with the cluster",
    );
  });

  test("access logs to a bucket whose policy does not allow them", async () => {
    await awsCall(emulator.url, { service: "s3", method: "PUT", path: "/logs" });
    const Attributes = [
      { Key: "access_logs.s3.enabled", Value: "true" },
      { Key: "access_logs.s3.bucket", Value: "logs" },
    ];
    await expect(
      aws.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: loadBalancer, Attributes })),
    ).rejects.toThrow("Access Denied for bucket: logs");
  });

  test("a listener with a certificate whose record is not in DNS", async () => {
    const requested = await awsCall(emulator.url, {
      service: "acm",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "CertificateManager.RequestCertificate",
      },
      body: JSON.stringify({ DomainName: "*.example.com", ValidationMethod: "DNS" }),
    });
    const listener = new CreateListenerCommand({
      LoadBalancerArn: loadBalancer,
      Protocol: "HTTPS",
      Port: 443,
      Certificates: [JSON.parse(requested)],
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    });
    await expect(aws.elb.send(listener)).rejects.toThrow("must have a fully-qualified domain name");
  });

  test("deleting a load balancer that is protected", async () => {
    const Attributes = [{ Key: "deletion_protection.enabled", Value: "true" }];
    await aws.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: loadBalancer, Attributes }));
    await expect(aws.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: loadBalancer }))).rejects.toThrow(
      "deletion protection is enabled",
    );
  });

  test("revoking a security group's rule a second time, by an error that names the rule", async () => {
    const ec2 = (body: string) =>
      awsCall(emulator.url, {
        service: "ec2",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `Version=2016-11-15&${body}`,
      });
    const groups = await ec2("Action=DescribeSecurityGroups");
    const group = `GroupId=${/<groupId>([^<]+)/.exec(groups)![1]}`;
    const rules = await Promise.all(
      [8001, 8002, 8003, 8004].map((port) => {
        const ip = "IpPermissions.1.IpProtocol=tcp&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/16";
        const ports = `IpPermissions.1.FromPort=${port}&IpPermissions.1.ToPort=${port}`;
        return ec2(`Action=AuthorizeSecurityGroupIngress&${group}&${ip}&${ports}`);
      }),
    );
    const revokeAll = rules.map((rule) => {
      const id = /<securityGroupRuleId>([^<]+)/.exec(rule)![1];
      return () => ec2(`Action=RevokeSecurityGroupIngress&${group}&SecurityGroupRuleId.1=${id}`);
    });
    await Promise.all(revokeAll.map((revoke) => revoke()));
    for (const revoke of revokeAll) await expect(revoke()).rejects.toThrow("InvalidSecurityGroupRuleId.NotFound");
  });

  test("an operation that it does not have, at once and by name", async () => {
    const call = awsCall(emulator.url, {
      service: "ecs",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AmazonEC2ContainerServiceV20141113.ExecuteCommand",
      },
      body: "{}",
    });
    await expect(call).rejects.toThrow(/501 .*ecs ExecuteCommand/);
    // Its answer and its output come by two ways.
    await until("it complains", () => emulator.complaints.some((line) => line.includes("ecs ExecuteCommand")));
  });
});

/** What programs rely on that run against it. */
describe("the emulator keeps what AWS promises", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await Emulator.start();
  });
  afterAll(() => emulator?.stop());

  test("of many who change an item by the same condition, one does", async () => {
    const dynamodb = new DynamoDBClient(clientConfig(emulator.url));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "calls",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      }),
    );
    // The longer it takes to change an item, the likelier somebody comes in between.
    const attributes = Array.from({ length: 100 }, (_, i) => `a${i} = :yes`);
    const claim = (pk: string) =>
      dynamodb
        .send(
          new UpdateItemCommand({
            TableName: "calls",
            Key: { pk: { S: pk } },
            UpdateExpression: `SET claimed = :yes, ${attributes}`,
            ConditionExpression: "attribute_not_exists(claimed)",
            ExpressionAttributeValues: { ":yes": { BOOL: true } },
          }),
        )
        .then(() => 1)
        .catch((error) => {
          if (error instanceof ConditionalCheckFailedException) return 0;
          throw error;
        });
    for (const pk of ["one call", "another"]) {
      const claims: number[] = await Promise.all(Array.from({ length: 20 }, () => claim(pk)));
      expect([pk, claims.reduce((all, one) => all + one)]).toEqual([pk, 1]);
    }
  });

  test("an answer comes in one piece: one that broke off would be asked for again, and its change made twice", async () => {
    const { hostname, port } = new URL(emulator.url);
    for (let i = 0; i < 20; i++) {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.write(`GET /moto-api/config HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
      const [first] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      const [head, body] = first.toString().split("\r\n\r\n");
      expect(Number(/content-length: (\d+)/i.exec(head!)![1])).toBe(Buffer.byteLength(body!));
    }
  });

  test("who asks before it sends a body is told to go on", async () => {
    const { hostname, port } = new URL(emulator.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(`PUT /asked HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n`);
    const [first] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(first.toString()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  });

  test("a bucket that wants TLS takes an SDK's requests, and one that refuses them does not", async () => {
    const s3 = new S3Client({ ...clientConfig(emulator.url), forcePathStyle: true });
    await awsCall(emulator.url, { service: "s3", method: "PUT", path: "/payloads" });
    const refuse = async (Action: string, Condition?: object) => {
      const statement = { Effect: "Deny", Principal: "*", Action, Resource: "arn:aws:s3:::payloads/*", Condition };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      await s3.send(new PutBucketPolicyCommand({ Bucket: "payloads", Policy }));
    };
    const object = { Bucket: "payloads", Key: "one" };
    await refuse("s3:*", { Bool: { "aws:SecureTransport": "false" } });
    await s3.send(new PutObjectCommand({ ...object, Body: "1" }));
    await refuse("s3:GetObject");
    await expect(s3.send(new GetObjectCommand(object))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});
