// Show the interface's own description; nothing is fetched from anywhere else.
"use strict";
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", validatorUrl: null, deepLinking: true });
