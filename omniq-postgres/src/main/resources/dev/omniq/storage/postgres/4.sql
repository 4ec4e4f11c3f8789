-- A place kept for lists of labels.
SELECT 1;
