// Starts Redoc on the document of the tenant whose address this page has. Its fonts would come from elsewhere.
Redoc.init(
    '/api/v1/openapi.json',
    {
        nativeScrollbars: true,
        theme: {
            typography: {
                fontFamily: 'system-ui, sans-serif',
                headings: { fontFamily: 'system-ui, sans-serif' },
                code: { fontFamily: 'ui-monospace, monospace' },
            },
        },
    },
    document.getElementById('redoc'),
);
