// Starts Swagger UI on the document of the tenant whose address this page has.
SwaggerUIBundle({
    url: '/api/v1/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    filter: true,
    displayRequestDuration: true,
    // Others need not know that this page exists.
    validatorUrl: null,
    withCredentials: true,
    // What the server wants of a call that rides on cookies.
    requestInterceptor: (request) => {
        request.headers.rid = 'docs';
        return request;
    },
});
