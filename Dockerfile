FROM node:24.21.0-trixie-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node's headers, so that the native module compiles without fetching them; what it has ready is not used.
RUN npm ci --ignore-scripts \
 && cd node_modules/better-sqlite3 \
 && JOBS=max node /usr/local/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js rebuild \
    --release --nodedir=/usr/local --force_build=1
COPY tsconfig.json tsconfig.build.json ./
COPY .ci/build.mjs .ci/build.mjs
COPY src src
RUN npm run build \
 && chmod +x dist/main.cjs \
 && npm pkg delete devDependencies optionalDependencies.better-sqlite3-12 scripts \
 && npm prune --omit=dev \
 && npm sbom --sbom-format=cyclonedx > sbom.cdx.json
# What only compilers, editors and debuggers read. Licences stay.
RUN cd node_modules/better-sqlite3 \
 && find . -mindepth 1 -maxdepth 1 ! -name build ! -name lib ! -name node_modules ! -name package.json ! -name LICENSE \
    -exec rm -r {} + \
 && find build -type f ! -path build/Release/better_sqlite3.node -delete \
 && strip --strip-unneeded build/Release/better_sqlite3.node \
 && cd /app \
 && find dist node_modules -type f \( -name '*.map' -o -name '*.[cm]ts' -o -name '*.ts' -o -name '*.h' \) -delete \
 && find node_modules -type d \( -name test -o -name tests -o -name __tests__ -o -name benchmark -o -name benchmarks \
    -o -name examples -o -name .github \) -prune -exec rm -r {} + \
 && find dist node_modules -type d -empty -delete

FROM debian:13.7-slim
LABEL org.opencontainers.image.title="modelpulse" \
      org.opencontainers.image.description="Health monitor for LLM and inference endpoints: healthy or not, why, and who has to act" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:13.7-slim"
# SQLite puts what it cannot sort in memory beside the database, for there may be no other place to write.
ENV NODE_ENV=production \
    SQLITE_TMPDIR=/data
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app/package.json /app/sbom.cdx.json /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY migrations /app/migrations
COPY config /app/config
RUN install -d -o 10001 -g 10001 /data \
 && ln -s /app/config /config \
 && ln -s /app/dist/main.cjs /usr/local/bin/modelpulse
# Paths in a configuration are relative to here: config/modelpulse.yaml is /config, data/modelpulse.db is on the volume.
WORKDIR /
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/livez').then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/dist/main.cjs"]
CMD ["run"]
