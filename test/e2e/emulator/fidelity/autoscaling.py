import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse


def tag_scalable_targets():
    """Scalable targets have tags; moto drops them, and lacks the operation that lists them."""
    tags_by_arn = {}
    register = ApplicationAutoScalingResponse.register_scalable_target

    def register_scalable_target(self):
        body = register(self)
        tags_by_arn.setdefault(json.loads(body)["ScalableTargetARN"], {}).update(self._get_param("Tags") or {})
        return body

    def list_tags_for_resource(self):
        return json.dumps({"Tags": tags_by_arn.get(self._get_param("ResourceARN"), {})})

    def tag_resource(self):
        tags_by_arn.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags"))
        return json.dumps({})

    def untag_resource(self):
        for key in self._get_param("TagKeys"):
            tags_by_arn.get(self._get_param("ResourceARN"), {}).pop(key, None)
        return json.dumps({})

    for method in (register_scalable_target, list_tags_for_resource, tag_resource, untag_resource):
        setattr(ApplicationAutoScalingResponse, method.__name__, method)
