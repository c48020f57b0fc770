package io.keelson.runtime.docker.engine;

/**
 * What an engine says of itself, and what was agreed with it.
 *
 * @param engine the engine's own version, such as {@code 20.10.24}
 * @param api the API version this connection speaks
 * @param newestApi the newest API version the engine offers
 * @param architecture of the engine's host, in Go's words: {@code amd64}, {@code arm64}
 */
public record EngineVersion(
    String engine, ApiVersion api, ApiVersion newestApi, String architecture) {}
