-- What topics are sorted under. Slugs are for good: topics and links name them.
CREATE TABLE categories (
    slug     TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    name_ar  TEXT    NOT NULL,
    position BIGINT  NOT NULL
);
INSERT INTO categories (slug, name, name_ar, position) VALUES
    ('general',        'General',                      'عام',                        1),
    ('questions',      'Questions and answers',        'أسئلة وأجوبة',               2),
    ('manufacturing',  'Manufacturing',                'التصنيع',                    3),
    ('automation',     'Automation and robotics',      'الأتمتة والروبوتات',         4),
    ('data-and-ai',    'Data and AI',                  'البيانات والذكاء الاصطناعي', 5),
    ('quality',        'Quality and safety',           'الجودة والسلامة',            6),
    ('maintenance',    'Maintenance',                  'الصيانة',                    7),
    ('supply-chain',   'Supply chain',                 'سلسلة الإمداد',              8),
    ('sustainability', 'Energy and sustainability',    'الطاقة والاستدامة',          9),
    ('announcements',  'News of the network',          'أخبار الشبكة',              10);
