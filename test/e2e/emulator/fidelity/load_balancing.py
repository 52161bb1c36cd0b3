import json

from moto.acm.models import acm_backends
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend
from moto.s3.models import s3_backends


def write_access_logs():
    """Turning access logs on writes a test object, which the bucket's policy must allow and a destroy must clear away."""
    modify_load_balancer_attributes = ELBv2Backend.modify_load_balancer_attributes

    def modify(self, arn, attrs):
        if attrs.get("access_logs.s3.enabled") == "true":
            name, prefix = attrs["access_logs.s3.bucket"], attrs.get("access_logs.s3.prefix")
            s3 = s3_backends[self.account_id]["aws"]
            bucket = s3.buckets.get(name)
            if not (bucket and bucket.policy and allows_log_delivery(json.loads(bucket.policy))):
                raise ELBClientError(
                    "InvalidConfigurationRequest", f"Access Denied for bucket: {name}. Please check S3bucket permission"
                )
            key = "/".join(part for part in (prefix, "AWSLogs", self.account_id, "ELBAccessLogTestFile") if part)
            s3.put_object(name, key, b"Enable AccessLog for ELB")
        return modify_load_balancer_attributes(self, arn, attrs)

    ELBv2Backend.modify_load_balancer_attributes = modify


def allows_log_delivery(policy):
    return any(
        statement["Effect"] == "Allow"
        and "logdelivery.elasticloadbalancing.amazonaws.com" in json.dumps(statement["Principal"])
        for statement in policy["Statement"]
    )


def protect_from_deletion():
    """A load balancer with deletion protection cannot be deleted."""
    delete_load_balancer = ELBv2Backend.delete_load_balancer

    def delete(self, arn):
        balancer = self.load_balancers.get(arn)
        if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            )
        delete_load_balancer(self, arn)

    ELBv2Backend.delete_load_balancer = delete


def refuse_certificates_that_are_not_issued():
    """A listener takes an issued certificate only; moto takes a pending one."""
    create_listener = ELBv2Backend.create_listener

    def create(self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, *more, **named):
        if certificate and ":acm:" in certificate:
            issued = acm_backends[self.account_id][self.region_name].get_certificate(certificate).status == "ISSUED"
            if not issued:
                raise ELBClientError(
                    "UnsupportedCertificate",
                    f"The certificate '{certificate}' must have a fully-qualified domain name, a supported signature, and a supported key size.",
                )
        return create_listener(self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, *more, **named)

    ELBv2Backend.create_listener = create
