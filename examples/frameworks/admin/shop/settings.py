import os
from pathlib import Path

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
# The platform's domain, a load balancer without one, and `slipway dev`.
ALLOWED_HOSTS = [".example.com", ".elb.amazonaws.com", ".localhost"]

# Where the endpoint is a path, Django learns it with each request, but it makes static URLs before the first one.
STATIC_URL = os.environ.get("SLIPWAY_BASE_PATH", "") + "/static/"
WHITENOISE_STATIC_PREFIX = "/static/"
# Straight from the installed packages, without `collectstatic`.
WHITENOISE_USE_FINDERS = True

# A file is enough to look around. Tasks come and go with theirs: give it your own database.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DATABASE", Path(__file__).parent.parent / "db.sqlite3"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "products",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
