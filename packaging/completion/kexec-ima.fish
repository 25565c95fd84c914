# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion of kexec-ima.

complete -c kexec-ima -f

complete -c kexec-ima -n __fish_use_subcommand -a status -d 'The log, the kernel, what is loaded and its room'
complete -c kexec-ima -n __fish_use_subcommand -a estimate -d 'How much the log will grow, and the room that needs'
complete -c kexec-ima -n __fish_use_subcommand -a check -d 'Judge the log against the loaded segment'
complete -c kexec-ima -n __fish_use_subcommand -a verify -d 'What happened at each boot; does the log explain the TPM?'
complete -c kexec-ima -n __fish_use_subcommand -a preflight -d 'Would this kernel take the log over, and keep it?'
complete -c kexec-ima -n __fish_use_subcommand -a sample -d 'One observation into the history'
complete -c kexec-ima -n __fish_use_subcommand -a backtest -d 'How the estimate would have done'
complete -c kexec-ima -n __fish_use_subcommand -a plot -d 'The log, the loads and what is to come, as a picture'
complete -c kexec-ima -n __fish_use_subcommand -a trim -d 'Move the oldest records to an archive'
complete -c kexec-ima -n __fish_use_subcommand -a shutdown -d 'Judge at the last moment of a shutdown'
complete -c kexec-ima -n __fish_use_subcommand -a rehearse -d 'A whole soft reboot on a TPM in memory'

complete -c kexec-ima -l sysroot -x -a '(__fish_complete_directories)' -d 'Look at a saved tree'
complete -c kexec-ima -s q -l quiet -d 'Only complaints and the exit status'
complete -c kexec-ima -s v -l verbose -d 'Also what is read and run'
complete -c kexec-ima -l help -d Usage
complete -c kexec-ima -l version -d 'Name and version'
complete -c kexec-ima -l format -x -a text -d 'How it is printed'
complete -c kexec-ima -n '__fish_seen_subcommand_from status estimate verify preflight backtest rehearse' -l format -x -a json
complete -c kexec-ima -n '__fish_seen_subcommand_from status' -l format -x -a prometheus

function __kexec_ima_option
    complete -c kexec-ima -n "__fish_seen_subcommand_from $argv[1]" $argv[2..]
end

__kexec_ima_option status -l output -r -F -d 'Write it there, with --format prometheus'

__kexec_ima_option 'estimate backtest' -l interval -x -a '10min 1h 2h 12h 1d' -d 'Between load and execute'
__kexec_ima_option 'estimate backtest' -l confidence -x -a '0.9 0.99 0.999' -d 'With which the room must suffice'
__kexec_ima_option 'backtest plot' -l history -r -F -d 'A database, or a CSV'

__kexec_ima_option check -l mode -x -a 'refuse reload coldboot warn' -d 'What is done if it does not fit'

__kexec_ima_option verify -l log -r -F -d 'A saved log instead of the live one'
__kexec_ima_option verify -l archive -r -F -d 'Records that were moved out before'
__kexec_ima_option verify -l pcr -x -d 'A PCR to compare with, BANK:HEX'
__kexec_ima_option verify -l quote -r -F -d 'A quote to compare with'
__kexec_ima_option verify -l signature -r -F -d 'Of the quote'
__kexec_ima_option verify -l key -r -F -d 'The public key in PEM'
__kexec_ima_option verify -l nonce -x -d 'What the quote was asked with'
__kexec_ima_option verify -l quote-pcrs -r -F -d 'The quoted values'
__kexec_ima_option verify -l journal -d 'The verdict also goes to the journal'
__kexec_ima_option verify -l full -d 'Read all of the live log'

__kexec_ima_option preflight -F
__kexec_ima_option preflight -l initrd -r -F -d 'Its initrd'
__kexec_ima_option preflight -l append -x -d 'Its command line'
__kexec_ima_option preflight -l command-line -x -d 'The same'
__kexec_ima_option preflight -l reuse-cmdline -d 'With the running command line in front'

__kexec_ima_option plot -s o -l output -r -F -d 'Its name ends in .svg or .png'

__kexec_ima_option trim -l archive -x -a '(__fish_complete_directories)' -d 'The folder to move them to'
__kexec_ima_option trim -l keep -x -d 'At least so many records stay'

__kexec_ima_option shutdown -a 'kexec reboot poweroff halt'

__kexec_ima_option rehearse -l log -r -F -d 'A log to begin with'
__kexec_ima_option rehearse -l grow -x -a '4K 8K 64K 1M' -d 'Growth between load and execute'
__kexec_ima_option rehearse -l generation -x -a 'none copy-at-load copy-at-execute events staging' -d 'What the kernel does'
__kexec_ima_option rehearse -l extra-kb -x -d CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB
__kexec_ima_option rehearse -l page -x -a '4K 16K 64K' -d 'Size of a page'
__kexec_ima_option rehearse -l scheme -x -a 'ecdsa rsassa rsapss' -d 'Of the quote'
__kexec_ima_option rehearse -l save -x -a '(__fish_complete_directories)' -d 'Keep what comes of it there'

functions -e __kexec_ima_option
