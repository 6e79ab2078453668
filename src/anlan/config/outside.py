"""Who outside the house is asked who somebody is. Lists, read by settings."""

from anlan.lib.environment import Environment

env = Environment()

# 电子社保卡 as the learners' other door (OpenID Connect); empty: none.
ANLAN_SOCIAL_CARD_ISSUER = env.text("ANLAN_SOCIAL_CARD_ISSUER", "")
ANLAN_SOCIAL_CARD_NAME = env.text("ANLAN_SOCIAL_CARD_NAME", "电子社保卡")
ANLAN_SOCIAL_CARD_CLIENT = env.text("ANLAN_SOCIAL_CARD_CLIENT", "anlan")
ANLAN_SOCIAL_CARD_SECRET_FILE = env.text("ANLAN_SOCIAL_CARD_SECRET_FILE", "")
ANLAN_SOCIAL_CARD_SCOPE = env.names("ANLAN_SOCIAL_CARD_SCOPE", ["openid", "profile"])
ANLAN_SOCIAL_CARD_CLAIM = env.text("ANLAN_SOCIAL_CARD_CLAIM", "id_number")
ANLAN_SOCIAL_CARD_NAME_CLAIM = env.text("ANLAN_SOCIAL_CARD_NAME_CLAIM", "name")
ANLAN_SOCIAL_CARD_USERINFO = env.flag("ANLAN_SOCIAL_CARD_USERINFO", False)
ANLAN_CARD_DOOR = "anlan.identity.login_views.by_card"

# The national identity network: a dotted path to a class with `name` and `ask` (empty: none),
# `anlan.identity.network.HttpNetwork` or `anlan.identity.network.FileNetwork` among them.
ANLAN_IDENTITY_NETWORK = env.text("ANLAN_IDENTITY_NETWORK", "")
ANLAN_IDENTITY_NETWORK_URL = env.text("ANLAN_IDENTITY_NETWORK_URL", "")
ANLAN_IDENTITY_NETWORK_SECRET_FILE = env.text("ANLAN_IDENTITY_NETWORK_SECRET_FILE", "")
ANLAN_IDENTITY_NETWORK_FILE = env.text("ANLAN_IDENTITY_NETWORK_FILE", "")
