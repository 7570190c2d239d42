import time, pytest, cProfile, pstats
from datetime import date
from django.db import connection
from django.test.utils import CaptureQueriesContext
from caisse.people.tests.conftest import founded, january, OFFICE, FEBRUARY
from caisse.contributions import operations, queries
from caisse.kernel import clock
from caisse.people import operations as people, queries as pq
from caisse.people.operations import *
pytestmark=[pytest.mark.django_db, pytest.mark.usefixtures("founded")]
def test_speed():
    rows=[Joining(NewHousehold(adults=1+n%2,births=("2012-05",)*(n%3),holders=(NewHolder("A","Bcd"),)),date(2023,2,1)) for n in range(350)]
    j=people.join_many(rows=rows,by=OFFICE)
    with CaptureQueriesContext(connection) as c:
        operations.pledge(membership_id=j[0].membership_id,cents=5000,by=OFFICE)
    for q in c.captured_queries: print(q["time"], q["sql"][:230])
    pr=cProfile.Profile(); pr.enable(); t=time.time()
    for x in j[1:101]: operations.pledge(membership_id=x.membership_id,cents=5000,by=OFFICE)
    pr.disable(); print("100 pledges",time.time()-t); pstats.Stats(pr).sort_stats("cumulative").print_stats(28)
    clock.travel(clock.instant(date(2023,2,3)))
    operations.call(month=FEBRUARY,by=OFFICE)
    with CaptureQueriesContext(connection) as c:
        operations.receive(membership_id=j[0].membership_id,month=FEBRUARY,cents=5000,kind="transfer",by=OFFICE)
    for q in c.captured_queries: print(q["time"], q["sql"][:150])
    t=time.time()
    for x in j[1:101]: operations.receive(membership_id=x.membership_id,month=FEBRUARY,cents=5000,kind="transfer",by=OFFICE)
    print("100 receipts",time.time()-t)
