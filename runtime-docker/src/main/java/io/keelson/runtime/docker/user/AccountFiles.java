package io.keelson.runtime.docker.user;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the files {@code /etc/passwd} and {@code /etc/group} of an image say. Lines that are not
 * understood are passed over, as the C library does; of several that name the same, the first
 * holds.
 *
 * @param accounts the lines of the former, in order
 * @param groups the lines of the latter, in order
 */
public record AccountFiles(List<Account> accounts, List<Group> groups) {
  /** Those of an image that has neither file. */
  public static final AccountFiles NONE = new AccountFiles(List.of(), List.of());

  private static final int PASSWD_FIELDS = 4;
  private static final int GROUP_FIELDS = 4;

  /** The highest id; the one above it means none. */
  private static final long HIGHEST_ID = 0xffff_fffeL;

  /** An account: its name, number, and primary group. */
  public record Account(String name, long uid, long gid) {}

  /** A group and the names of the accounts that are in it beside their primary group. */
  public record Group(String name, long gid, List<String> members) {
    /** Keeps an unchangeable copy of the members. */
    public Group {
      members = List.copyOf(members);
    }
  }

  /** Keeps unchangeable copies. */
  public AccountFiles {
    accounts = List.copyOf(accounts);
    groups = List.copyOf(groups);
  }

  /** Reads the texts of both files; a file that is missing is an empty one. */
  public static AccountFiles parse(String passwd, String group) {
    List<Account> accounts = new ArrayList<>();
    for (String line : passwd.lines().toList()) {
      String[] fields = line.strip().split(":", -1);
      if (fields.length >= PASSWD_FIELDS && !fields[0].isEmpty()) {
        OptionalLong uid = id(fields[2]);
        OptionalLong gid = id(fields[3]);
        if (uid.isPresent() && gid.isPresent()) {
          accounts.add(new Account(fields[0], uid.getAsLong(), gid.getAsLong()));
        }
      }
    }
    List<Group> groups = new ArrayList<>();
    for (String line : group.lines().toList()) {
      String[] fields = line.strip().split(":", -1);
      if (fields.length >= GROUP_FIELDS && !fields[0].isEmpty()) {
        OptionalLong gid = id(fields[2]);
        if (gid.isPresent()) {
          groups.add(
              new Group(fields[0], gid.getAsLong(), List.of(fields[3].strip().split(",", -1))));
        }
      }
    }
    return new AccountFiles(accounts, groups);
  }

  /** The number of a user or group that a text consists of; empty for a name. */
  static OptionalLong id(String text) {
    try {
      long id = Long.parseLong(text);
      return id >= 0 && id <= HIGHEST_ID ? OptionalLong.of(id) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  Optional<Account> account(String name) {
    return accounts.stream().filter(account -> account.name().equals(name)).findFirst();
  }

  Optional<Account> account(long uid) {
    return accounts.stream().filter(account -> account.uid() == uid).findFirst();
  }

  Optional<Group> group(String name) {
    return groups.stream().filter(group -> group.name().equals(name)).findFirst();
  }

  List<Long> groupsWith(String member) {
    return groups.stream()
        .filter(group -> group.members().contains(member))
        .map(Group::gid)
        .toList();
  }
}
