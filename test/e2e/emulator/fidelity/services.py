import uuid

from botocore import xform_name
from moto.core.utils import utcnow
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import Service
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends

SETTINGS = {
    "availabilityZoneRebalancing": "DISABLED",
    "capacityProviderStrategy": None,
    "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100},
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": 0,
    "placementConstraints": None,
    "placementStrategy": None,
}


def keep_settings():
    """DescribeServices returns every setting of CreateService and UpdateService; moto drops those above."""
    create_service = EC2ContainerServiceResponse.create_service
    update_service = EC2ContainerServiceResponse.update_service

    def create(self):
        result = create_service(self)
        service = result.result["service"]
        for setting, default in SETTINGS.items():
            setattr(service, xform_name(setting), self._get_param(setting) or default)
        # A service that is placed by capacity providers has no launch type.
        if service.capacity_provider_strategy:
            service.launch_type = None
        return result

    def update(self):
        result = update_service(self)
        for setting in SETTINGS:
            if self._get_param(setting) is not None:
                setattr(result.result["service"], xform_name(setting), self._get_param(setting))
        return result

    EC2ContainerServiceResponse.create_service = create
    EC2ContainerServiceResponse.update_service = update


def complete_deployments():
    """ECS starts a deployment's tasks and completes it; in moto none ever runs."""

    def deployments(self):
        completed = {
            "id": self.__dict__.setdefault("deployment_id", f"ecs-svc/{uuid.uuid4().int % 10**19}"),
            "status": "PRIMARY",
            "rolloutState": "COMPLETED",
            "taskDefinition": self.task_definition,
            "desiredCount": self.desired_count,
            "runningCount": self.desired_count,
            "pendingCount": 0,
            "failedTasks": 0,
            "launchType": self.launch_type,
            "networkConfiguration": self.network_configuration,
            "createdAt": self.__dict__.setdefault("deployed_at", utcnow()),
            "updatedAt": utcnow(),
        }
        return [completed] if self.status == "ACTIVE" else []

    def ignore(_self, _value):
        pass

    Service.deployments = property(deployments, ignore)
    Service.running_count = property(lambda self: self.desired_count if self.status == "ACTIVE" else 0, ignore)
    Service.pending_count = property(lambda _self: 0, ignore)


def refuse_what_is_not_ready():
    """CreateService demands that its target groups and its capacity providers are attached; moto takes any."""
    create_service = EC2ContainerServiceResponse.create_service

    def create(self):
        target_groups = elbv2_backends[self.current_account][self.region].target_groups
        for target in self._get_param("loadBalancers") or []:
            group = target_groups.get(target["targetGroupArn"])
            if not (group and group.load_balancer_arns):
                raise InvalidParameterException(
                    f"The target group with targetGroupArn {target['targetGroupArn']} does not have an associated load balancer."
                )
        cluster = self.ecs_backend._get_cluster(self._get_param("cluster"))
        for strategy in self._get_param("capacityProviderStrategy") or []:
            if strategy["capacityProvider"] not in (cluster.capacity_providers or []):
                raise InvalidParameterException(
                    "The specified capacity provider strategy cannot contain a capacity provider that is not associated "
                    "with the cluster. Associate the capacity provider with the cluster and try again."
                )
        return create_service(self)

    EC2ContainerServiceResponse.create_service = create
