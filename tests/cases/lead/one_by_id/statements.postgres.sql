SELECT (
  SELECT row_to_json(o.*)
  FROM (
    SELECT 'lead_' || replace(t1."id"::text, '-', '') AS "id",
    t1."status" AS "status",
    to_char(t1."mql_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "mqlAt", NULL::json AS "customFields",
    (
      SELECT row_to_json(o.*)
      FROM (
        SELECT t2."name" AS "name",
        (
          SELECT json_build_object('nodes', coalesce(json_agg((
                  SELECT row_to_json(o.*)
                  FROM (
                    SELECT t3."code" AS "code") AS o)),
              '[]'::json))
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
            LIMIT 20) AS t3) AS "territories"
        FROM "user" AS t2
        WHERE t2."id" = t1."owner_id" AND t2."deleted_at" IS NULL) AS o) AS "owner"
    FROM "lead" AS t1
    WHERE t1."id" = $1 AND t1."deleted_at" IS NULL) AS o)::text
