# An Assay node: not root, no install scripts, one platform's binaries only.
FROM node:20.20.2-bookworm-slim AS build
# onnxruntime-node would fetch CUDA parts in its postinstall, and no script runs here anyway
ENV ONNXRUNTIME_NODE_INSTALL=skip
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d \
      ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} +

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production ONNXRUNTIME_NODE_INSTALL=skip
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/configs ./configs
COPY --from=build /app/src/cli/assay.js ./src/cli/assay.js
RUN ln -s /app/src/cli/assay.js /usr/local/bin/assay \
 && chmod 755 src/cli/assay.js \
 && install -d -m 700 -o node -g node /data
# the node writes to its folder and to /tmp only: the root may be read-only
USER node
VOLUME /data
EXPOSE 4101
STOPSIGNAL SIGTERM
ENTRYPOINT ["assay"]
CMD ["--help"]
