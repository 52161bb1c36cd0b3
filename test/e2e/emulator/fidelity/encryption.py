from moto.kms.models import KmsBackend


def own_the_keys_of_services():
    """The key behind alias/aws/<service>, made when a service first encrypts with it, is AWS's own."""
    make_default_key = KmsBackend._generate_default_keys

    def make(self, alias_name):
        key_id = make_default_key(self, alias_name)
        if key_id in self.keys:
            self.keys[key_id].key_manager = "AWS"
        return key_id

    KmsBackend._generate_default_keys = make
