FROM node:24-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node's headers, so that the native module compiles without fetching them.
RUN npm_config_nodedir=/usr/local npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY migrations migrations
COPY config config
RUN install -d -o node -g node /data && ln -s /app/config /config
# Paths in a configuration are relative to here: config/modelpulse.yaml is /config, data/modelpulse.db is on the volume.
WORKDIR /
USER node
VOLUME /data
EXPOSE 9464
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/dist/main.cjs"]
CMD ["run"]
