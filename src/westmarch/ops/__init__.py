"""Operations: logging, upgrades of the schema, doctor."""
