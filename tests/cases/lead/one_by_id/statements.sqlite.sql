SELECT (
  SELECT json_object('id', 'lead_' || CASE WHEN t1."id" IS NOT NULL THEN lower(hex(t1."id")) END,
    'status', t1."status",
    'mqlAt', substr(t1."mql_at", 1, 19) || CASE length(t1."mql_at") WHEN 25 THEN '.000000' WHEN 29 THEN substr(t1."mql_at", 20, 4) || '000' ELSE substr(t1."mql_at", 20, 7) END || 'Z', 'customFields', NULL, 'owner', (
      SELECT json_object('name', t2."name",
        'territories', (
          SELECT json_object('nodes', json_group_array((
                SELECT json_object('code', t3."code"))))
          FROM (
            SELECT t4."code",
            t4."id",
            t4."path"
            FROM "territory" AS t4
            WHERE t4."deleted_at" IS NULL AND t4."id" IN (
              SELECT "territory_id"
              FROM "user_territory"
              WHERE "user_id" = t2."id")
            ORDER BY t4."path" ASC, t4."id" ASC
            LIMIT 20) AS t3))
      FROM "user" AS t2
      WHERE t2."id" = t1."owner_id" AND t2."deleted_at" IS NULL))
  FROM "lead" AS t1
  WHERE t1."id" = ?1 AND t1."deleted_at" IS NULL)
