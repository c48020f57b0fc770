package io.keelson.volumes;

/**
 * What a pod asks for: one record type for each kind of volume, published by the plugin that names
 * it in {@link VolumePlugin#sourceType}.
 */
public interface VolumeSource {}
