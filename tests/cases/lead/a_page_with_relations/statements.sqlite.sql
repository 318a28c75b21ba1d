SELECT (
  SELECT json_object('edges', json_group_array(json_object('cursor', 'dc2ea17f' || lower(hex(json_array(substr(t1."created_at", 1, 19) || CASE length(t1."created_at") WHEN 25 THEN '.000000' WHEN 29 THEN substr(t1."created_at", 20, 4) || '000' ELSE substr(t1."created_at", 20, 7) END || 'Z', CASE WHEN t1."id" IS NOT NULL THEN lower(hex(t1."id")) END))),
        'node', (
          SELECT json_object('id', 'lead_' || CASE WHEN t1."id" IS NOT NULL THEN lower(hex(t1."id")) END,
            'status', t1."status",
            'firstName', t1."first_name",
            'lastName', t1."last_name",
            'email', CASE WHEN instr(t1."email",
              '@') > 1 THEN substr(t1."email", 1, 1) || '…' || substr(t1."email", length(rtrim(t1."email", replace(t1."email",
                    '@', '')))) WHEN instr(t1."email",
              '@') = 1 THEN '…' || substr(t1."email", length(rtrim(t1."email", replace(t1."email",
                    '@', '')))) WHEN length(t1."email") > 7 THEN substr(t1."email", 1, 3) || ' … ' || substr(t1."email", -2) WHEN t1."email" IS NOT NULL THEN '…' END,
            'companyName', t1."company_name",
            'score', t1."score",
            'createdAt', substr(t1."created_at", 1, 19) || CASE length(t1."created_at") WHEN 25 THEN '.000000' WHEN 29 THEN substr(t1."created_at", 20, 4) || '000' ELSE substr(t1."created_at", 20, 7) END || 'Z', 'account', (
              SELECT json_object('id', 'acc_' || CASE WHEN t2."id" IS NOT NULL THEN lower(hex(t2."id")) END,
                'name', t2."name")
              FROM "account" AS t2
              WHERE t2."id" = t1."account_id" AND t2."deleted_at" IS NULL),
            'sourceCampaign', (
              SELECT json_object('id', 'camp_' || CASE WHEN t3."id" IS NOT NULL THEN lower(hex(t3."id")) END,
                'name', t3."name")
              FROM "campaign" AS t3
              WHERE t3."id" = t1."source_campaign_id" AND t3."deleted_at" IS NULL),
            'owner', (
              SELECT json_object('id', 'user_' || CASE WHEN t4."id" IS NOT NULL THEN lower(hex(t4."id")) END,
                'name', t4."name")
              FROM "user" AS t4
              WHERE t4."id" = t1."owner_id" AND t4."deleted_at" IS NULL))))
      ORDER BY t1."#position") FILTER (WHERE t1."#position" <= 50),
    'pageInfo', json_object('hasNextPage', json(CASE WHEN count(*) > 50 THEN 'true' ELSE 'false' END),
      'endCursor', max(CASE WHEN t1."#position" = CASE WHEN t1."#read" > 50 THEN 50 ELSE t1."#read" END THEN 'dc2ea17f' || lower(hex(json_array(substr(t1."created_at", 1, 19) || CASE length(t1."created_at") WHEN 25 THEN '.000000' WHEN 29 THEN substr(t1."created_at", 20, 4) || '000' ELSE substr(t1."created_at", 20, 7) END || 'Z', CASE WHEN t1."id" IS NOT NULL THEN lower(hex(t1."id")) END))) END)))
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
      LIMIT 51) AS r) AS t1)
