"""What moto does not do like AWS and a deployment meets. Every patch says which AWS behaviour it restores.

Three kinds: what AWS stores and returns, so that a second plan finds nothing to change; what AWS refuses, so that a missing
dependency between resources fails here too; and what AWS promises to programs that run against it. Nothing here knows what Slipway deploys.
"""

from . import autoscaling, buckets, certificates, dns, encryption, load_balancing, network, operations, queues, services, tables


def apply():
    operations.refuse_unknown_operations_at_once()
    services.keep_settings()
    services.complete_deployments()
    services.refuse_what_is_not_ready()
    load_balancing.write_access_logs()
    load_balancing.protect_from_deletion()
    load_balancing.refuse_certificates_that_are_not_issued()
    certificates.issue_once_the_record_exists()
    queues.keep_attributes()
    queues.write_json_without_blanks()
    buckets.take_requests_for_encrypted()
    tables.read_and_write_items_as_a_whole()
    dns.start_zone_ids_with_z()
    encryption.own_the_keys_of_services()
    autoscaling.tag_scalable_targets()
    network.delete_what_belongs_to_a_nat_gateway()
    network.describe_security_group_rules()
    network.delete_the_default_acl_with_its_vpc()
    network.name_the_rule_that_does_not_exist()
    network.change_security_groups_one_at_a_time()
