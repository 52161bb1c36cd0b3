from inspect import signature

from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule


def delete_what_belongs_to_a_nat_gateway():
    """A NAT gateway's network interface goes with it."""
    delete_nat_gateway = EC2Backend.delete_nat_gateway

    def delete(self, nat_gateway_id):
        gateway = delete_nat_gateway(self, nat_gateway_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway

    EC2Backend.delete_nat_gateway = delete


def delete_the_default_acl_with_its_vpc():
    """A VPC's default network ACL goes with it."""
    delete_vpc = EC2Backend.delete_vpc

    def delete(self, vpc_id):
        vpc = delete_vpc(self, vpc_id)
        for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id]:
            del self.network_acls[acl.id]
        return vpc

    EC2Backend.delete_vpc = delete


def describe_security_group_rules():
    """A rule has a description whatever its peer is; moto returns it for address ranges only."""

    create = SecurityGroupRule.__init__

    def create_with_description(self, *settings, **more):
        create(self, *settings, **more)
        given = signature(create).bind(self, *settings, **more).arguments
        self.peer_description = (given.get("source_group") or given.get("prefix_list_id") or {}).get("Description")

    SecurityGroupRule.__init__ = create_with_description
    SecurityGroupRule.description = property(lambda self: self.ip_range.get("Description") or self.peer_description)
