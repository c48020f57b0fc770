package io.keelson.runtime.docker.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BiConsumer;

/**
 * The program of the pause container, as a static ELF executable of some 300 bytes without a C
 * library, so that no compiler and no download is needed to have it. In C it would read:
 *
 * <pre>{@code
 * rt_sigprocmask(SIG_BLOCK, ~0, NULL, 8);
 * for (;;) {
 *   int signal = rt_sigtimedwait(SIGINT | SIGTERM | SIGCHLD, NULL, NULL, 8);
 *   if (signal == SIGCHLD) while (wait4(-1, NULL, WNOHANG, NULL) > 0);
 *   if (signal == SIGTERM || signal == SIGINT) exit_group(0);
 * }
 * }</pre>
 *
 * <p>As process 1 of a PID namespace it gets no signal whose disposition is the default, except
 * those that it blocks: hence it blocks all and waits for the few that mean something. As the
 * namespace's reaper it collects the zombies of every container that shares the namespace.
 */
final class PauseProgram {
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;
  private static final int SIGCHLD = 17;
  private static final long WANTED = 1L << (SIGINT - 1) | 1L << (SIGTERM - 1) | 1L << (SIGCHLD - 1);
  private static final long ALL = -1L;

  private static final long LOAD_ADDRESS = 0x400000;
  private static final int ELF_HEADER_SIZE = 64;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int CODE_OFFSET = ELF_HEADER_SIZE + PROGRAM_HEADER_SIZE;
  private static final short MACHINE_X86_64 = 62;
  private static final short MACHINE_AARCH64 = 183;

  private PauseProgram() {}

  /** Offsets into the code that instructions refer to. */
  private static final class Labels {
    int loop;
    int exit;
    int reap;
    int wanted;
    int all;
  }

  /** The executable for x86-64. */
  static byte[] x86() {
    return elf(MACHINE_X86_64, PauseProgram::emitX86);
  }

  /** The executable for 64-bit ARM. */
  static byte[] aarch64() {
    return elf(MACHINE_AARCH64, PauseProgram::emitAarch64);
  }

  // Every instruction has a fixed length, so a first pass finds the labels and a second uses them.
  private static byte[] elf(short machine, BiConsumer<ByteBuffer, Labels> emitter) {
    Labels labels = new Labels();
    ByteBuffer code = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    for (int pass = 0; pass < 2; pass++) {
      code.clear();
      emitter.accept(code, labels);
      labels.wanted = code.position();
      code.putLong(WANTED);
      labels.all = code.position();
      code.putLong(ALL);
    }
    code.flip();
    int size = CODE_OFFSET + code.remaining();
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F'});
    file.put((byte) 2).put((byte) 1).put((byte) 1); // 64 bit, little endian, ELF version
    file.position(16);
    file.putShort((short) 2).putShort(machine).putInt(1); // executable, machine, version
    file.putLong(LOAD_ADDRESS + CODE_OFFSET); // entry point
    file.putLong(ELF_HEADER_SIZE).putLong(0); // program headers, no section headers
    file.putInt(0); // processor flags
    file.putShort((short) ELF_HEADER_SIZE);
    file.putShort((short) PROGRAM_HEADER_SIZE).putShort((short) 1); // one program header
    file.putShort((short) 0).putShort((short) 0).putShort((short) 0); // no sections
    file.putInt(1).putInt(5); // PT_LOAD, readable and executable
    file.putLong(0).putLong(LOAD_ADDRESS).putLong(LOAD_ADDRESS); // offset, addresses
    file.putLong(size).putLong(size).putLong(0x10000); // sizes in file and memory, alignment
    file.put(code);
    return file.array();
  }

  private static void emitX86(ByteBuffer code, Labels labels) {
    bytes(code, 0xb8).putInt(14); //                  mov  eax, 14       rt_sigprocmask
    bytes(code, 0x31, 0xff); //                       xor  edi, edi      SIG_BLOCK
    bytes(code, 0x48, 0x8d, 0x35); //                 lea  rsi, [rip + all]
    relative(code, labels.all);
    bytes(code, 0x31, 0xd2); //                       xor  edx, edx      old set: none
    bytes(code, 0x41, 0xba).putInt(8); //             mov  r10d, 8       size of a set
    bytes(code, 0x0f, 0x05); //                       syscall
    labels.loop = code.position();
    bytes(code, 0xb8).putInt(128); //          loop:  mov  eax, 128      rt_sigtimedwait
    bytes(code, 0x48, 0x8d, 0x3d); //                 lea  rdi, [rip + wanted]
    relative(code, labels.wanted);
    bytes(code, 0x31, 0xf6); //                       xor  esi, esi      siginfo: none
    bytes(code, 0x31, 0xd2); //                       xor  edx, edx      timeout: none
    bytes(code, 0x41, 0xba).putInt(8); //             mov  r10d, 8       size of a set
    bytes(code, 0x0f, 0x05); //                       syscall
    bytes(code, 0x83, 0xf8, SIGCHLD); //              cmp  eax, SIGCHLD
    bytes(code, 0x0f, 0x84); //                       je   reap
    relative(code, labels.reap);
    bytes(code, 0x83, 0xf8, SIGTERM); //              cmp  eax, SIGTERM
    bytes(code, 0x0f, 0x84); //                       je   exit
    relative(code, labels.exit);
    bytes(code, 0x83, 0xf8, SIGINT); //               cmp  eax, SIGINT
    bytes(code, 0x0f, 0x85); //                       jne  loop          (EINTR after a stop)
    relative(code, labels.loop);
    labels.exit = code.position();
    bytes(code, 0xb8).putInt(231); //          exit:  mov  eax, 231      exit_group
    bytes(code, 0x31, 0xff); //                       xor  edi, edi      status 0
    bytes(code, 0x0f, 0x05); //                       syscall
    labels.reap = code.position();
    bytes(code, 0xb8).putInt(61); //           reap:  mov  eax, 61       wait4
    bytes(code, 0x48, 0xc7, 0xc7).putInt(-1); //      mov  rdi, -1       any child
    bytes(code, 0x31, 0xf6); //                       xor  esi, esi      status: none
    bytes(code, 0xba).putInt(1); //                   mov  edx, 1        WNOHANG
    bytes(code, 0x45, 0x31, 0xd2); //                 xor  r10d, r10d    rusage: none
    bytes(code, 0x0f, 0x05); //                       syscall
    bytes(code, 0x85, 0xc0); //                       test eax, eax
    bytes(code, 0x0f, 0x8f); //                       jg   reap          one more may wait
    relative(code, labels.reap);
    bytes(code, 0xe9); //                             jmp  loop
    relative(code, labels.loop);
  }

  private static ByteBuffer bytes(ByteBuffer code, int... values) {
    for (int value : values) {
      code.put((byte) value);
    }
    return code;
  }

  private static void relative(ByteBuffer code, int label) {
    code.putInt(label - (code.position() + Integer.BYTES));
  }

  private static void emitAarch64(ByteBuffer code, Labels labels) {
    movz(code, 8, 135); //                            mov  x8, 135       rt_sigprocmask
    movz(code, 0, 0); //                              mov  x0, 0         SIG_BLOCK
    adr(code, 1, labels.all); //                      adr  x1, all
    movz(code, 2, 0); //                              mov  x2, 0         old set: none
    movz(code, 3, 8); //                              mov  x3, 8         size of a set
    svc(code); //                                     svc  0
    labels.loop = code.position();
    movz(code, 8, 137); //                     loop:  mov  x8, 137       rt_sigtimedwait
    adr(code, 0, labels.wanted); //                   adr  x0, wanted
    movz(code, 1, 0); //                              mov  x1, 0         siginfo: none
    movz(code, 2, 0); //                              mov  x2, 0         timeout: none
    movz(code, 3, 8); //                              mov  x3, 8         size of a set
    svc(code); //                                     svc  0
    compare(code, SIGCHLD); //                        cmp  w0, SIGCHLD
    branchIf(code, EQUAL, labels.reap); //            b.eq reap
    compare(code, SIGTERM); //                        cmp  w0, SIGTERM
    branchIf(code, EQUAL, labels.exit); //            b.eq exit
    compare(code, SIGINT); //                         cmp  w0, SIGINT
    branchIf(code, NOT_EQUAL, labels.loop); //        b.ne loop          (EINTR after a stop)
    labels.exit = code.position();
    movz(code, 8, 94); //                      exit:  mov  x8, 94        exit_group
    movz(code, 0, 0); //                              mov  x0, 0         status 0
    svc(code); //                                     svc  0
    labels.reap = code.position();
    movz(code, 8, 260); //                     reap:  mov  x8, 260       wait4
    code.putInt(0x92800000); //                       mov  x0, -1        any child
    movz(code, 1, 0); //                              mov  x1, 0         status: none
    movz(code, 2, 1); //                              mov  x2, 1         WNOHANG
    movz(code, 3, 0); //                              mov  x3, 0         rusage: none
    svc(code); //                                     svc  0
    compare(code, 0); //                              cmp  w0, 0
    branchIf(code, GREATER, labels.reap); //          b.gt reap          one more may wait
    code.putInt(0x14000000 | (words(code, labels.loop) & 0x3ffffff)); //  b  loop
  }

  private static final int EQUAL = 0;
  private static final int NOT_EQUAL = 1;
  private static final int GREATER = 12;

  private static void movz(ByteBuffer code, int register, int value) {
    code.putInt(0xd2800000 | value << 5 | register);
  }

  private static void adr(ByteBuffer code, int register, int label) {
    int offset = label - code.position();
    code.putInt(0x10000000 | (offset & 3) << 29 | (offset >> 2 & 0x7ffff) << 5 | register);
  }

  private static void svc(ByteBuffer code) {
    code.putInt(0xd4000001);
  }

  private static void compare(ByteBuffer code, int value) {
    code.putInt(0x7100001f | value << 10);
  }

  private static void branchIf(ByteBuffer code, int condition, int label) {
    code.putInt(0x54000000 | (words(code, label) & 0x7ffff) << 5 | condition);
  }

  private static int words(ByteBuffer code, int label) {
    return (label - code.position()) >> 2;
  }
}
