"""The sentences that state no fact, grouped, each group with the reason why: newcomers', and those of staff's that
sound as if they did.

What else newcomers read, and what staff are promised, stands in `docs/facts.md` with what makes it true:
`test_facts.py` holds both.
"""

from collections.abc import Mapping

from models.closing import Category, Organisation, Outcome

ASKED = (
    "choose_language send_it write_question no_id_please ask_category ask_first_visit ask_gender ask_age ask_situation "
    "write_first_lines web_whose_device consent_ask delete_too delete_everything line_delete_trace consent_more "
    "faq_authority_q faq_telegram_name_q faq_language_q faq_answer_q faq_secret_q faq_fourteen_q faq_after_deleting_q "
    "faq_authority_case_q faq_young_q follow_up_may note_mind"
)
PRESSED = (
    "ask_question send yes no prefer_not_say more_choices stop_asking back consent_yes consent_no consent_own "
    "consent_shared cancel menu help web_skip web_try_again web_stay web_quick_exit web_come_back web_written_down "
    "web_copy_numbers web_new_secret web_device_mine web_device_shared web_open_case web_reload web_menu_hours "
    "web_menu_help web_menu_questions web_menu_privacy web_menu_status web_menu_stop web_menu_delete web_log_out "
    "web_written_close web_back_to_chat web_your_text command_start command_language command_status command_hours "
    "command_help command_questions command_privacy command_stop command_delete remind_me place_and_day show_map "
    "calendar_add more_days all_hours poster_as_pdf share_place follow_up_may_yes follow_up_may_no"
)
NAMED = (
    "service_name service_online web_title web_choose_title web_language web_live_log web_sent_by_you "
    "lund_city_library linero_library lund_city_library_short linero_library_short gender age woman man "
    "gender_other asylum_seeker residence_permit temporary_protection family_reunification quota_refugee "
    "study_work_permit eu_citizen swedish_citizen unknown other age_under_18 age_18_29 age_30_64 age_65_plus "
    "ch_telegram ch_web ch_phone ch_email ch_zoom ch_physical language_sv language_ar language_fa language_prs "
    "language_uk language_en language_ru language_be language_ps language_ckb language_so language_ti popup_session "
    "reason_holiday reason_illness reason_library_closed reason_moved usual_week other_days"
)
HEADINGS = (
    "privacy_notice you_wrote web_come_back_title find_place days_not_as_usual next_sessions share_title share_code "
    "share_preview share_calendar share_text share_programs"
)
FRAMES = (
    "today tomorrow time_range weekdays_range reason_line place_address place_floor place_finding place_access "
    "place_map with_partner not_sent command_line"
)
KIND = "welcome not_alone error_generic status_none"

STATES_NO_FACT: Mapping[str, set[str]] = {
    "asks for something, or asks that something be left out": set(ASKED.split()),
    "is pressed: a button, an entry of a menu, the label of a box; what it does is said, and proved, where it is done":
        set(PRESSED.split()),
    "names a thing, a place, an answer or a language: it says what something is called, not that it is so": {
        *NAMED.split(),
        *(f"cat_{code}" for code in Category if code != Category.OTHER),
        *(f"outcome_{code}" for code in Outcome),
        *(str(code) for code in Organisation),
    },
    "is a heading; what stands below it is proved": set(HEADINGS.split()),
    "holds only what somebody wrote or what another sentence says": set(FRAMES.split()),
    "is said out of kindness, or says only that what was asked for is not to be had": set(KIND.split()),
}  # fmt: skip

# Of what staff read, only sentences have to be named, and what sounds like a promise (`test_facts.py` says how they are
# known): labels, questions and the help of the command line are not.
PROMISES_NOTHING: Mapping[str, set[str]] = {
    "asks for a value, or says how it is written": {
        "desk_place_point_hint", "desk_place_missing", "desk_weekday_missing", "desk_day_missing",
        "desk_times_missing", "desk_reason_missing", "desk_name_missing", "hours_popup_how",
        "cant_which", "cant_sure", "people_how_pause", "people_how_volunteers", "profile_ask_speaks",
        "profile_ask_topics", "shift_example_announce", "case_how_block", "case_how_unblock", "cases_more",
        "danger_stay", "danger_no_promise", "case_how_danger", "case_how_case", "case_how_reassign",
        "any_case_who", "cases_which_case", "block_choose", "case_how_followup", "follow_up_no_day",
    },
    "is the organisation's own, who must confirm it": {"coordinator_routine", "staff_tell_coordinator"},
    "says when something was known, or which number it has": {
        "desk_hours_as_known", "report_made", "hours_history_line", "hours_undo_number",
    },
    "says that what was asked for is gone, and how to have it anew": {"desk_link_gone"},
    "is pressed, or names a verb of the command line": {
        "send_again", "desk_try_again", "staff_command_openday", "hours_do_usual", "hours_since_when", "cli_hours_on",
        "desk_onboarding_steps",
    },
    "says what is wrong with what is there, and what to do": {
        "cannot_store_disk_fails", "cannot_store_corrupt", "cannot_store_too_slow", "port_taken", "database_file_open",
        "cli_path_unusable", "seal_error", "key_unreadable", "bad_place_code",
    },
    "says what a value is for": {"cli_valid_to"},
    "is said out of kindness, or says only that what was asked for could not be done": {
        "invitation_hello", "shift_thanks", "shift_cannot",
    },
}  # fmt: skip
