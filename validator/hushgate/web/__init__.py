"""The gate's Flask app: what browsers and backends talk to."""

from hushgate.web.app import create_app as create_app
