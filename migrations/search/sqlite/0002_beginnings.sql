-- Beginnings of four letters are looked up as such, like those of three: gathered from the words that begin so, they took
-- the longer the more words there were. What is there already is put in as it was written; `p2p retell` puts it in
-- with its words folded, so that Arabic ones are found in every spelling again.
DROP TABLE entry_words;
CREATE VIRTUAL TABLE entry_words USING fts5 (
    title_words, tag_words, body_words, content='', contentless_delete=1, tokenize='ascii', prefix='3 4'
);
INSERT INTO entry_words (rowid, title_words, tag_words, body_words)
SELECT number,
    CASE WHEN kind IN ('post', 'reply') THEN '' ELSE lower(title) END,
    CASE WHEN kind IN ('post', 'reply') THEN '' ELSE tags || technologies || category || ' ' || industry || ' ' || city END,
    lower(body)
FROM entries WHERE gone = 0;
