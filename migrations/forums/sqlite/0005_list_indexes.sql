-- Lists of one category in their other two orders: without these a page gathers all topics of the category and sorts them.
CREATE INDEX topics_category_popular ON topics (category, is_pinned DESC, popularity DESC, id DESC)
    WHERE status <> 'deleted';
CREATE INDEX topics_category_trending ON topics (category, is_pinned DESC, trend DESC, id DESC)
    WHERE status <> 'deleted';

-- Files are found by a post that is a parameter: an index that holds one post only serves no prepared statement.
DROP INDEX attachments_going;
CREATE INDEX attachments_post ON attachments (post_id) WHERE post_id IS NOT NULL;
