"""A small command line behind sshd, for the tests: prompt, pager, question, a name that changes, much text, silence, a sudden end.

Arguments: name=R1 banner=hash pager=ignores signs
"""
import os, sys, termios, time, tty

options = dict(word.split("=", 1) for word in sys.argv[1:])
name = options.get("name", "R1")
rows = 24 if options.get("pager") else 0


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def page(lines):
    if not rows:
        say("".join(line + "\n" for line in lines))
        return
    keys = sys.stdin.fileno()
    before = termios.tcgetattr(keys)
    tty.setcbreak(keys)
    for number, line in enumerate(lines):
        if number and number % rows == 0:
            say(" --More-- ")
            key = os.read(keys, 1)
            say("\b" * 10 + " " * 10 + "\b" * 10)
            if key != b" ":
                break
        say(line + "\n")
    termios.tcsetattr(keys, termios.TCSADRAIN, before)


if options.get("banner"):
    say("#############################\n# Only for those who may #\n<R9>\nR8#\n### really ###\n")
    time.sleep(0.3)
    say("Loading #")
    time.sleep(0.3)
    say("\n")
say("\n")
while True:
    say(name + "#")
    command = sys.stdin.readline()
    if not command:
        break
    command = command.strip()
    if command == "show config":
        page(["hostname " + name, "!"] + ["interface Gi0/%d" % i for i in range(60)] + [" description R1# is not a prompt", "end"])
    elif command == "show everything":
        page(["interface GigabitEthernet0/0/%05d description customer number %d" % (i, i) for i in range(16000)])
    elif command.startswith("hostname "):
        name = command.split()[1]
    elif command == "reload":
        say("Proceed with reload? [confirm]")
        sys.stdin.readline()
    elif command == "write":
        say("Overwrite the file? [Y/N]:")
        say("Done.\n" if sys.stdin.readline().strip() == "Y" else "Kept.\n")
    elif command == "wait":
        say("thinking\n")
        time.sleep(3600)
    elif command == "break":
        page(["line %d" % i for i in range(20)])
        time.sleep(0.5)
        os.kill(os.getppid(), 9)
    elif command == "terminal length 0":
        if options.get("pager") != "ignores":
            rows = 0
    elif command:
        say("% Invalid input detected\n")
