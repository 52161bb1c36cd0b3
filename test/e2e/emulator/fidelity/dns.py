from moto.route53 import models


def start_zone_ids_with_z():
    """The id of a hosted zone starts with Z."""
    make_id = models.create_route53_zone_id
    models.create_route53_zone_id = lambda **settings: f"Z{make_id(**settings)[1:]}"
