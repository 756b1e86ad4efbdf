/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "enginetest.h"

START_TEST(a_target_starts_its_services_in_order_and_stops_them_in_reverse)
{
    struct world w;

    world_new(&w);
    add_unit(&w, "goal.target");
    add_service(&w, "a.service", UDB_NOTIFY);
    add_service(&w, "b.service", UDB_SIMPLE);
    add_edge(&w, "goal.target", UDB_REQUIRES, "a.service");
    add_edge(&w, "goal.target", UDB_WANTS, "b.service");
    add_edge(&w, "goal.target", UDB_AFTER, "a.service");
    add_edge(&w, "goal.target", UDB_AFTER, "b.service");
    add_edge(&w, "b.service", UDB_AFTER, "a.service");
    add_edge(&w, "b.service", UDB_REQUIRES, "a.service");
    world_open(&w);
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_START, "goal.target"), 0);
    assert_state(&w, "a.service", "start");
    assert_state(&w, "b.service", "dead");
    notify(&w, "a.service", ENGINE_NOTIFY_READY);
    assert_state(&w, "a.service", "running");
    assert_state(&w, "b.service", "running");
    assert_state(&w, "goal.target", "active");
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_STOP, "a.service"), 0);
    assert_state(&w, "goal.target", "dead");
    assert_state(&w, "b.service", "stop-sigterm");
    assert_state(&w, "a.service", "running");
    exit_main(&w, "b.service", CLD_KILLED, SIGTERM);
    assert_state(&w, "b.service", "dead");
    assert_state(&w, "a.service", "stop-sigterm");
    exit_main(&w, "a.service", CLD_EXITED, 0);
    assert_state(&w, "a.service", "dead");
    assert_job(&w, "a.service", "success");
    world_free(&w);
}
END_TEST

UNITTEST_MAIN("engine-order", a_target_starts_its_services_in_order_and_stops_them_in_reverse)
