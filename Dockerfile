# Fluoroscope as one image: `docker build -t fluoroscope .`
# glibc, for the embedded engine; the same system builds and runs.
FROM node:20-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npm ci && npm run build

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/model/package.json packages/model/
COPY packages/server/package.json packages/server/
COPY packages/console/package.json packages/console/
COPY packages/demo/package.json packages/demo/
RUN npm ci --omit=dev --workspace=fluoroscope --workspace=@fluoroscope/model && npm cache clean --force
COPY --from=build /build/packages/model/dist packages/model/dist
COPY --from=build /build/packages/server/dist packages/server/dist
# The schema stays beside the sources.
COPY --from=build /build/packages/server/src/store/schema packages/server/src/store/schema
COPY --from=build /build/packages/console/dist packages/console/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
ENV FLUOROSCOPE_DATA_DIR=/data
# X-Ray, console and daemon TCP; daemon UDP; OTLP over gRPC and HTTP; Zipkin.
EXPOSE 2000/tcp 2000/udp 4317 4318 9411
# A signal has to reach the server itself: no shell, no npm.
ENTRYPOINT ["node", "packages/server/dist/main.js"]
CMD ["serve", "--host=0.0.0.0", "--allow-plaintext"]
