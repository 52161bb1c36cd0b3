from moto.acm.models import CertBundle
from moto.route53.models import route53_backends


def issue_once_the_record_exists():
    """A DNS-validated certificate is issued once its CNAME can be found; moto looks at the clock alone."""
    check = CertBundle.check

    def check_with_dns(self):
        if self.status != "PENDING_VALIDATION" or has_records(self):
            check(self)

    CertBundle.check = check_with_dns


def has_records(certificate):
    account = certificate.arn.split(":")[4]
    zones = route53_backends[account]["aws"].zones.values()
    published = [(record.name, value) for zone in zones for record in zone.rrsets for value in record.records or []]
    options = certificate.describe()["Certificate"]["DomainValidationOptions"]
    records = [option["ResourceRecord"] for option in options]
    return all((record["Name"], record["Value"]) in published for record in records)
