import threading
from inspect import signature

from moto.ec2.exceptions import InvalidSecurityGroupRuleIdNotFoundError
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


def change_security_groups_one_at_a_time():
    """Changes to one group at the same moment all count; moto writes a group's list of rules back as it was read."""
    changing = threading.RLock()

    def one_at_a_time(change):
        def changed(self, *settings, **more):
            with changing:
                return change(self, *settings, **more)

        return changed

    for verb in ("authorize", "revoke"):
        for direction in ("ingress", "egress"):
            name = f"{verb}_security_group_{direction}"
            setattr(EC2Backend, name, one_at_a_time(getattr(EC2Backend, name)))


def name_the_rule_that_does_not_exist():
    """Revoking a rule by an id that is gone has an error of its own, which Terraform takes for success: the answer to its
    first try may have been lost. moto's is the one for a rule described by its ports and peers."""

    def naming(revoke, rules_of):
        def revoked(self, group_name_or_id, *settings, security_rule_ids=None, vpc_id=None, **more):
            group = self.get_security_group_by_name_or_id(group_name_or_id, vpc_id)
            known = {rule.id for rule in rules_of(group)} if group else set(security_rule_ids or [])
            for rule_id in security_rule_ids or []:
                if rule_id not in known:
                    raise InvalidSecurityGroupRuleIdNotFoundError(rule_id)
            return revoke(
                self, group_name_or_id, *settings, security_rule_ids=security_rule_ids, vpc_id=vpc_id, **more
            )

        return revoked

    EC2Backend.revoke_security_group_ingress = naming(
        EC2Backend.revoke_security_group_ingress, lambda group: group.ingress_rules
    )
    EC2Backend.revoke_security_group_egress = naming(
        EC2Backend.revoke_security_group_egress, lambda group: group.egress_rules
    )
