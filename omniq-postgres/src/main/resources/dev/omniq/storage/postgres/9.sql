-- Only renewals looked for claims by their tokens. They are rare and read all claims now: one index
-- less that each task pays for twice.
DROP INDEX {schema}.running_token;

-- A single row has one plan; to set and take back what plans depend on was a thirtieth of its time.
ALTER FUNCTION {schema}.insert_task RESET ALL;
