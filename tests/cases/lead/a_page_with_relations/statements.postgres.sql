SELECT (
  SELECT json_build_object('edges', coalesce(json_agg(json_build_object('cursor', 'dc2ea17f' || encode(convert_to(json_build_array(to_char(t1."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), replace(t1."id"::text, '-', ''))::text, 'UTF8'),
            'hex'),
          'node', (
            SELECT row_to_json(o.*)
            FROM (
              SELECT 'lead_' || replace(t1."id"::text, '-', '') AS "id",
              t1."status" AS "status",
              t1."first_name" AS "firstName",
              t1."last_name" AS "lastName", CASE WHEN strpos(t1."email",
                '@') > 1 THEN left(t1."email", 1) || '…' || substring(t1."email" from '@[^@]*$') WHEN strpos(t1."email",
                '@') = 1 THEN '…' || substring(t1."email" from '@[^@]*$') WHEN length(t1."email") > 7 THEN left(t1."email", 3) || ' … ' || right(t1."email", 2) WHEN t1."email" IS NOT NULL THEN '…' END AS "email",
              t1."company_name" AS "companyName",
              t1."score" AS "score",
              to_char(t1."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "createdAt",
              (
                SELECT row_to_json(o.*)
                FROM (
                  SELECT 'acc_' || replace(t2."id"::text, '-', '') AS "id",
                  t2."name" AS "name"
                  FROM "account" AS t2
                  WHERE t2."id" = t1."account_id" AND t2."deleted_at" IS NULL) AS o) AS "account",
              (
                SELECT row_to_json(o.*)
                FROM (
                  SELECT 'camp_' || replace(t3."id"::text, '-', '') AS "id",
                  t3."name" AS "name"
                  FROM "campaign" AS t3
                  WHERE t3."id" = t1."source_campaign_id" AND t3."deleted_at" IS NULL) AS o) AS "sourceCampaign",
              (
                SELECT row_to_json(o.*)
                FROM (
                  SELECT 'user_' || replace(t4."id"::text, '-', '') AS "id",
                  t4."name" AS "name"
                  FROM "user" AS t4
                  WHERE t4."id" = t1."owner_id" AND t4."deleted_at" IS NULL) AS o) AS "owner") AS o))
        ORDER BY t1."#position") FILTER (WHERE t1."#position" <= 50),
      '[]'::json),
    'pageInfo', json_build_object('hasNextPage', (count(*) > 50),
      'endCursor', max(CASE WHEN t1."#position" = CASE WHEN t1."#read" > 50 THEN 50 ELSE t1."#read" END THEN 'dc2ea17f' || encode(convert_to(json_build_array(to_char(t1."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), replace(t1."id"::text, '-', ''))::text, 'UTF8'),
          'hex') END)))
  FROM (
    SELECT r.*, row_number() OVER (ORDER BY r."created_at" DESC, r."id" DESC) AS "#position", count(*) OVER () AS "#read"
    FROM (
      SELECT t5."account_id",
      t5."company_name",
      t5."created_at",
      t5."email",
      t5."first_name",
      t5."id",
      t5."last_name",
      t5."owner_id",
      t5."score",
      t5."source_campaign_id",
      t5."status"
      FROM "lead" AS t5
      WHERE t5."deleted_at" IS NULL
      ORDER BY t5."created_at" DESC, t5."id" DESC
      LIMIT 51) AS r) AS t1)::text
