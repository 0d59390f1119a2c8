# syntax=docker/dockerfile:1
# Builds the server from a checkout:  docker build -t curfew .
# Runs it with nothing to write to but its data:
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges --stop-timeout 15 \
#     -v curfew-data:/data -v ./curfew.config.json:/config/curfew.config.json:ro \
#     -e CURFEW_ISSUER=https://auth.example.com -e CURFEW_SECRETS -p 127.0.0.1:3000:3000 curfew
# and its command line:  docker exec CONTAINER curfew account list

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The development dependency `node` would fetch another Node in its install script: the image has one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Not by npm, which would look for that other Node.
RUN node scripts/build.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production \
    CURFEW_HOST=0.0.0.0 \
    CURFEW_PORT=3000 \
    CURFEW_DATA_DIR=/data \
    CURFEW_CONFIG=/config/curfew.config.json
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# A named volume takes over the owner and mode of what it is mounted on.
RUN chmod 755 dist/server/cli/main.js \
    && ln -s /app/dist/server/cli/main.js /usr/local/bin/curfew \
    && install -d -o node -g node -m 700 /data
# By number, so that an orchestrator can tell that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 3000
# Below the issuer's path, like everything.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["node", "-e", "const { CURFEW_ISSUER: issuer, CURFEW_PORT: port } = process.env; const path = new URL(issuer).pathname.replace(/[/]$/, ''); fetch(`http://127.0.0.1:${port}${path}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/server/main.js"]
