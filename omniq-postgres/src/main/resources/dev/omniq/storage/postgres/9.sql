-- Only renewals looked for claims by their tokens. They are rare and read all claims now: one index
-- less that each task pays for twice.
DROP INDEX {schema}.running_token;
