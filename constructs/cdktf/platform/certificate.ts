import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import { Fn, propertyAccess, Token } from "cdktf";
import type { Construct } from "constructs";
import type { ResourceMaker } from "../engine/resource-maker";
import type { PlatformResourceTable } from "./resources";

/** Validation takes a few minutes; much longer means that the record cannot be seen, and ACM itself would wait 75 minutes. */
const VALIDATION_TIMEOUT = "15m";

/** Requests the certificate for `*.<domain>` and proves it by a record in the zone; returns the ARN of the issued one. */
export function makeCertificate(
  scope: Construct,
  maker: ResourceMaker<PlatformResourceTable>,
  { domain, hostedZoneId, tags }: { domain: string; hostedZoneId: string; tags: Record<string, string> },
): string {
  const zone = new DataAwsRoute53Zone(scope, "zone", { zoneId: hostedZoneId });
  const zoneName = Fn.trimsuffix(zone.name, ".");
  const certificate = maker.make("certificate", {
    domainName: `*.${domain}`,
    validationMethod: "DNS",
    tags,
    lifecycle: {
      createBeforeDestroy: true,
      precondition: [
        {
          // A record in the wrong zone is never seen, and the apply would hang until the validation times out.
          condition: Token.asString(Fn.endswith(`.${domain}`, `.${zoneName}`)),
          errorMessage: `${domain} is not in the hosted zone ${hostedZoneId} (${zoneName}): set hostedZoneId to the zone that holds it.`,
        },
      ],
    },
  });
  // A set in the provider's schema, so it has no index; a single name has a single option.
  const options = Fn.tolist(certificate.interpolationForAttribute("domain_validation_options"));
  const option = (field: string) => Token.asString(propertyAccess(Fn.element(options, 0), [field]));
  const record = maker.make("certificateRecord", {
    zoneId: hostedZoneId,
    name: option("resource_record_name"),
    type: option("resource_record_type"),
    records: [option("resource_record_value")],
    ttl: 300,
    // The same record validates the domain's certificates of other platforms.
    allowOverwrite: true,
  });
  const validation = maker.make("certificateValidation", {
    certificateArn: certificate.arn,
    validationRecordFqdns: [record.fqdn],
    timeouts: { create: VALIDATION_TIMEOUT },
  });
  return validation.certificateArn;
}
