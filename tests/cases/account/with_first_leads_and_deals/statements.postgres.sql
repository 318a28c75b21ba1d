SELECT (
  SELECT json_build_object('nodes', coalesce(json_agg((
          SELECT row_to_json(o.*)
          FROM (
            SELECT 'acc_' || replace(t1."id"::text, '-', '') AS "id",
            t1."name" AS "name", CASE WHEN t1."annual_revenue_minor" IS NOT NULL THEN json_build_object('amount', CASE WHEN t1."annual_revenue_currency" IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XOF', 'XPD', 'XPF', 'XPT', 'XSU', 'XTS', 'XUA', 'XXX') THEN t1."annual_revenue_minor"::text WHEN t1."annual_revenue_currency" IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN (t1."annual_revenue_minor" * 0.001)::text WHEN t1."annual_revenue_currency" IN ('CLF', 'UYW') THEN (t1."annual_revenue_minor" * 0.0001)::text ELSE (t1."annual_revenue_minor" * 0.01)::text END,
              'currency', t1."annual_revenue_currency") END AS "annualRevenue",
            (
              SELECT json_build_object('totalCount', (
                  SELECT count(*)
                  FROM "lead" AS t3
                  WHERE t3."deleted_at" IS NULL AND t3."account_id" = t1."id" AND t3."status" IN ($1, $2, $3)),
                'nodes', coalesce(json_agg((
                      SELECT row_to_json(o.*)
                      FROM (
                        SELECT 'lead_' || replace(t2."id"::text, '-', '') AS "id",
                        t2."status" AS "status") AS o)),
                  '[]'::json))
              FROM (
                SELECT t4."created_at",
                t4."id",
                t4."status"
                FROM "lead" AS t4
                WHERE t4."deleted_at" IS NULL AND t4."account_id" = t1."id" AND t4."status" IN ($4, $5, $6)
                ORDER BY t4."created_at" DESC, t4."id" DESC
                LIMIT 10) AS t2) AS "leads",
            (
              SELECT json_build_object('nodes', coalesce(json_agg((
                      SELECT row_to_json(o.*)
                      FROM (
                        SELECT 'opp_' || replace(t5."id"::text, '-', '') AS "id",
                        t5."name" AS "name",
                        t5."stage" AS "stage") AS o)),
                  '[]'::json))
              FROM (
                SELECT t6."created_at",
                t6."id",
                t6."name",
                t6."stage"
                FROM "opportunity" AS t6
                WHERE t6."deleted_at" IS NULL AND t6."account_id" = t1."id"
                ORDER BY t6."created_at" DESC, t6."id" DESC
                LIMIT 5) AS t5) AS "opportunities") AS o)),
      '[]'::json))
  FROM (
    SELECT t7."annual_revenue_currency",
    t7."annual_revenue_minor",
    t7."created_at",
    t7."id",
    t7."name"
    FROM "account" AS t7
    WHERE t7."deleted_at" IS NULL
    ORDER BY t7."created_at" DESC, t7."id" DESC
    LIMIT 20) AS t1)::text
