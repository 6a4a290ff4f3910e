create or replace view loyal_customers as select id from customers where since < now() - interval '1 year';
