package io.keelson.conformance.registry;

import java.util.Locale;

/** How the registry gives an image away; a part of the image's name. */
public enum Manner {
  /** To everybody. */
  OPEN,
  /** To whoever sends user and password with each request. */
  BASIC,
  /** To whoever has fetched a token with user and password. */
  TOKEN,
  /** Breaks the connection off in the middle of the layer. */
  CUT,
  /** Sends another layer than the manifest names. */
  FALSIFIED,
  /** Sends the layer so slowly that nobody lives to see its end. */
  ENDLESS,
  /** Names the layer in the manifest and does not have it. */
  INCOMPLETE;

  /** Whether it asks who pulls, at a door of its own. */
  boolean wantsCredentials() {
    return this == BASIC || this == TOKEN;
  }

  /** The first part of the names of such images. */
  String prefix() {
    return name().toLowerCase(Locale.ROOT);
  }
}
