"""The engine for more than one machine: OpenSearch or Elasticsearch, over HTTP."""
