SELECT (
  SELECT json_object('nodes', json_group_array((
        SELECT json_object('id', 'acc_' || CASE WHEN t1."id" IS NOT NULL THEN lower(hex(t1."id")) END,
          'name', t1."name",
          'annualRevenue', CASE WHEN t1."annual_revenue_minor" IS NOT NULL THEN json_object('amount', CASE WHEN t1."annual_revenue_currency" IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XOF', 'XPD', 'XPF', 'XPT', 'XSU', 'XTS', 'XUA', 'XXX') THEN CAST(t1."annual_revenue_minor" AS TEXT) WHEN t1."annual_revenue_currency" IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN CASE WHEN t1."annual_revenue_minor" < 0 THEN '-' ELSE '' END || printf('%d.%03d', abs(t1."annual_revenue_minor" / 1000), abs(t1."annual_revenue_minor" % 1000)) WHEN t1."annual_revenue_currency" IN ('CLF', 'UYW') THEN CASE WHEN t1."annual_revenue_minor" < 0 THEN '-' ELSE '' END || printf('%d.%04d', abs(t1."annual_revenue_minor" / 10000), abs(t1."annual_revenue_minor" % 10000)) ELSE CASE WHEN t1."annual_revenue_minor" < 0 THEN '-' ELSE '' END || printf('%d.%02d', abs(t1."annual_revenue_minor" / 100), abs(t1."annual_revenue_minor" % 100)) END,
            'currency', t1."annual_revenue_currency") END,
          'leads', (
            SELECT json_object('totalCount', (
                SELECT count(*)
                FROM "lead" AS t3
                WHERE t3."deleted_at" IS NULL AND t3."account_id" = t1."id" AND t3."status" IN (?1, ?2, ?3)),
              'nodes', json_group_array((
                  SELECT json_object('id', 'lead_' || CASE WHEN t2."id" IS NOT NULL THEN lower(hex(t2."id")) END,
                    'status', t2."status"))))
            FROM (
              SELECT t4."created_at",
              t4."id",
              t4."status"
              FROM "lead" AS t4
              WHERE t4."deleted_at" IS NULL AND t4."account_id" = t1."id" AND t4."status" IN (?4, ?5, ?6)
              ORDER BY t4."created_at" DESC, t4."id" DESC
              LIMIT 10) AS t2),
          'opportunities', (
            SELECT json_object('nodes', json_group_array((
                  SELECT json_object('id', 'opp_' || CASE WHEN t5."id" IS NOT NULL THEN lower(hex(t5."id")) END,
                    'name', t5."name",
                    'stage', t5."stage"))))
            FROM (
              SELECT t6."created_at",
              t6."id",
              t6."name",
              t6."stage"
              FROM "opportunity" AS t6
              WHERE t6."deleted_at" IS NULL AND t6."account_id" = t1."id"
              ORDER BY t6."created_at" DESC, t6."id" DESC
              LIMIT 5) AS t5)))))
  FROM (
    SELECT t7."annual_revenue_currency",
    t7."annual_revenue_minor",
    t7."created_at",
    t7."id",
    t7."name"
    FROM "account" AS t7
    WHERE t7."deleted_at" IS NULL
    ORDER BY t7."created_at" DESC, t7."id" DESC
    LIMIT 20) AS t1)
